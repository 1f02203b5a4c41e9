using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Cli.Bench;

/// <summary>
/// An open-loop load generator: requests arrive when the plan says, whether or not earlier ones were answered. A closed loop would slow down
/// with the server and hide what its users wait for.
/// </summary>
internal sealed class BenchRun(FlashClient client, BenchPlan plan, TimeProvider clock)
{
    /// <param name="request">The request; every one has a seed of its own.</param>
    /// <param name="ended">Told how many have ended.</param>
    /// <param name="cancellation">Ends it all.</param>
    public async Task<BenchFigures> RunAsync(ReconstructRequest request, Action<int> ended, CancellationToken cancellation)
    {
        var times = plan.Times();
        var running = new Task<BenchSample>[times.Count];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (start, done) = (clock.GetTimestamp(), 0);
        for (var i = 0; i < times.Count; i++)
        {
            if (times[i] - clock.GetElapsedTime(start) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
            }

            var (due, own) = (times[i], request.Clone());
            own.Seed = unchecked(plan.Seed + (ulong)i);
            // The generator must not wait for a request's first steps.
            running[i] = Task.Run(
                async () =>
                {
                    var sample = await OneAsync(own, start, due, patience.Token, cancellation).ConfigureAwait(false);
                    lock (running)
                    {
                        ended(++done);
                    }

                    return sample;
                },
                cancellation);
        }

        patience.CancelAfter(plan.Patience);
        var samples = await Task.WhenAll(running).ConfigureAwait(false);
        return BenchFigures.Of(plan, samples, times[^1], clock.GetElapsedTime(start));
    }

    private async Task<BenchSample> OneAsync(ReconstructRequest request, long start, TimeSpan due, CancellationToken patience, CancellationToken cancellation)
    {
        var late = Since();
        TimeSpan? accepted = null, firstLatent = null;
        var resumes = 0;
        try
        {
            await foreach (var happened in client.FollowAsync(request, patience).ConfigureAwait(false))
            {
                switch (happened)
                {
                    case ReconstructionAccepted:
                        accepted = Since();
                        break;
                    case ReconstructionProgress { Progress.Latent: not null }:
                        firstLatent ??= Since();
                        break;
                    case ReconstructionResumed:
                        resumes++;
                        break;
                    case ReconstructionCompleted { Result.Cost: var cost }:
                        return Make(BenchEnd.Completed, "") with { Steps = cost.Steps, UnetForward = cost.UnetForward };
                }
            }

            return Make(BenchEnd.Lost, "NO_RESULT");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Make(BenchEnd.Lost, "NO_ANSWER_IN_TIME");
        }
        catch (FlashException failure)
        {
            return Make(EndOf(failure), failure.Reason.Length > 0 ? failure.Reason : failure.Code.ToString());
        }

        TimeSpan Since() => clock.GetElapsedTime(start) - due;

        BenchSample Make(BenchEnd end, string problem) => new()
        {
            End = end,
            Problem = problem,
            Late = late,
            Accepted = accepted,
            FirstLatent = firstLatent,
            Total = Since(),
            Resumes = resumes,
        };
    }

    /// <summary>What the server explains is an error; what nobody explains was lost on the way.</summary>
    private static BenchEnd EndOf(FlashException failure) => failure.Code switch
    {
        StatusCode.ResourceExhausted => BenchEnd.Refused,
        StatusCode.Unavailable or StatusCode.DataLoss or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown when failure.Reason.Length == 0 => BenchEnd.Lost,
        _ => BenchEnd.Failed,
    };
}
