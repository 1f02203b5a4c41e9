using System.Collections.Immutable;
using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Sends assignments through the client and takes the time.</summary>
internal static class Caller
{
    /// <summary>One of them.</summary>
    /// <param name="client">The server.</param>
    /// <param name="assignment">The assignment.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="begun">Told of the first event, which may be all that comes.</param>
    public static async Task<Finished> RunAsync(FlashClient client, Assignment assignment, CancellationToken cancellation, Action<V1.Accepted>? begun = null)
    {
        var began = Stopwatch.GetTimestamp();
        (V1.Accepted Plan, double Seconds)? accepted = null;
        double? firstLatent = null;
        await foreach (var happened in client.FollowAsync(assignment.Request, cancellation))
        {
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            switch (happened)
            {
                case ReconstructionAccepted first:
                    accepted = (first.Plan, seconds);
                    begun?.Invoke(first.Plan);
                    break;
                case ReconstructionProgress { Progress.Latent: not null }:
                    firstLatent ??= seconds;
                    break;
                case ReconstructionCompleted last:
                    return new Finished(assignment, accepted!.Value.Plan, last.Result, seconds, accepted.Value.Seconds, firstLatent);
            }
        }

        throw new InvalidOperationException("The stream ended without a result.");
    }

    /// <summary>All of them, so many at once.</summary>
    public static async Task<Batch> AtOnceAsync(BenchServer server, IReadOnlyList<Assignment> assignments, int concurrency, CancellationToken cancellation)
    {
        var finished = new Finished[assignments.Count];
        var began = Stopwatch.GetTimestamp();
        var processor = server.ProcessorSeconds;
        await Parallel.ForAsync(0, assignments.Count, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (i, ended) =>
            finished[i] = await RunAsync(server.Client, assignments[i], ended));
        return new Batch(Stopwatch.GetElapsedTime(began).TotalSeconds, server.ProcessorSeconds - processor, [.. finished]);
    }

    /// <summary>Each of them at its time, whoever is still under way.</summary>
    /// <param name="client">The server.</param>
    /// <param name="assignments">The assignments.</param>
    /// <param name="arrivals">Seconds from now at which each is sent, ascending.</param>
    /// <param name="cancellation">Ends it.</param>
    public static Task<ImmutableArray<Finished>> ArrivingAsync(
        FlashClient client, IReadOnlyList<Assignment> assignments, IReadOnlyList<double> arrivals, CancellationToken cancellation) =>
        ArrivingAsync(assignments, arrivals, assignment => RunAsync(client, assignment, cancellation), cancellation);

    /// <summary>The same, each sent in a way of its own.</summary>
    /// <typeparam name="T">What becomes of one.</typeparam>
    /// <param name="assignments">The assignments.</param>
    /// <param name="arrivals">Seconds from now at which each is sent, ascending.</param>
    /// <param name="send">Sends one.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<T>> ArrivingAsync<T>(
        IReadOnlyList<Assignment> assignments, IReadOnlyList<double> arrivals, Func<Assignment, Task<T>> send, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var running = new List<Task<T>>();
        for (var i = 0; i < assignments.Count; i++)
        {
            var wait = arrivals[i] - Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (wait > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait), cancellation);
            }

            running.Add(send(assignments[i]));
        }

        return [.. await Task.WhenAll(running)];
    }
}
