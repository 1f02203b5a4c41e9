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
        await foreach (var message in client.ReconstructAsync(request, cancellation).ConfigureAwait(false))
        {
            switch (message.EventCase)
            {
                case ReconstructResponse.EventOneofCase.Accepted:
                    accepted = message.Accepted;
                    watcher.Accepted(accepted);
                    break;
                case ReconstructResponse.EventOneofCase.Progress:
                    watcher.Stepped(rate.Report(message.Progress));
                    if (message.Progress.Preview is not null)
                    {
                        previews.Add(message.Progress);
                    }

                    break;
                case ReconstructResponse.EventOneofCase.Result when accepted is not null:
                    return new ReconstructionOutcome(accepted, previews, message.Result, clock.GetElapsedTime(start));
            }
        }

        throw new CliException($"The server at {client.Address} ended the stream without a result; its log says why.");
    }
}
