using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Stalls;

/// <summary>Callers who read, beside as many who do or do not.</summary>
/// <param name="server">The server.</param>
/// <param name="readers">Those whose time counts.</param>
/// <param name="neighbours">The others, as many.</param>
/// <param name="pictures">A picture for each of both, the readers' first.</param>
internal sealed class StallWindow(BenchServer server, FlashClient[] readers, FlashClient[] neighbours, Assignment[] pictures)
{
    /// <summary>Events that stalled streams missed, so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Sends all of them at once.</summary>
    /// <param name="stalls">Whether the neighbours read nothing until the readers have their pictures.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Time of each reader's picture, and processor time of the server until the last of them, in seconds.</returns>
    /// <exception cref="InvalidOperationException">Nothing was ever left out for a neighbour that reads nothing: its events all fitted on the way.</exception>
    public async Task<(ImmutableArray<double> Times, double Processor)> RunAsync(bool stalls, CancellationToken cancellation)
    {
        var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (times, beside) = (new Task<Finished>[readers.Length], new Task<long>[neighbours.Length]);
        var processor = server.ProcessorSeconds;
        try
        {
            // In turns, since not all may fit into the first step.
            for (var i = 0; i < readers.Length; i++)
            {
                beside[i] = BesideAsync(neighbours[i], pictures[readers.Length + i], stalls ? free.Task : Task.CompletedTask, cancellation);
                times[i] = Caller.RunAsync(readers[i], pictures[i], cancellation);
            }

            await Task.WhenAll(times);
            processor = server.ProcessorSeconds - processor;
        }
        finally
        {
            free.SetResult();
        }

        var skipped = await Task.WhenAll(beside);
        if (stalls && skipped.Any(events => events == 0))
        {
            throw new InvalidOperationException("A stream that nobody read missed nothing: it did not stall.");
        }

        Skipped += stalls ? skipped.Sum() : 0;
        return ([.. times.Select(one => one.Result.Seconds)], processor);
    }

    private static async Task<long> BesideAsync(FlashClient client, Assignment picture, Task read, CancellationToken cancellation)
    {
        await using var stream = await UnreadStream.BeginAsync(client, picture, cancellation);
        await read;
        await stream.ReadOnAsync();
        return stream.Skipped;
    }
}
