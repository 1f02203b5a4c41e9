using FlashDiffusion.Cli.Display;
using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Reconstruction;

/// <summary>Follows a reconstruction's stream.</summary>
internal static class ReconstructionRun
{
    public static async Task<ReconstructionOutcome> RunAsync(
        FlashClient client, ReconstructRequest request, IReconstructionWatcher watcher, TimeProvider clock, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var rate = new StepRate(clock);
        var previews = new List<Progress>();
        Accepted? accepted = null;
        try
        {
            await foreach (var happened in client.FollowAsync(request, cancellation).ConfigureAwait(false))
            {
                switch (happened)
                {
                    case ReconstructionAccepted { Plan: var plan }:
                        accepted = plan;
                        watcher.Accepted(plan);
                        break;
                    case ReconstructionResumed resumed:
                        accepted = resumed.Plan;
                        watcher.Resumed(resumed);
                        if (resumed.HasOtherPlan)
                        {
                            // What was seen so far leads to another picture.
                            previews.Clear();
                            rate = new StepRate(clock);
                            watcher.Accepted(resumed.Plan);
                        }

                        break;
                    case ReconstructionProgress { Progress: var progress }:
                        watcher.Stepped(rate.Report(progress), progress);
                        if (progress.Preview is not null)
                        {
                            previews.Add(progress);
                        }

                        break;
                    case ReconstructionCompleted { Result: var result } when accepted is not null:
                        return new ReconstructionOutcome(accepted, previews, result, clock.GetElapsedTime(start));
                }
            }
        }
        finally
        {
            watcher.Ended();
        }

        throw new CliException($"The server at {client.Address} ended the stream without a result; its log says why.");
    }
}
