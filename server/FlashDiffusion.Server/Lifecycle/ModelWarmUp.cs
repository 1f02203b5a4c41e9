using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Runs short synthetic reconstructions with a model on every device, so that its first user finds it warm.</summary>
internal sealed class ModelWarmUp(IOptions<EngineOptions> options, ILogger<ModelWarmUp> logger)
{
    /// <param name="entry">The model; nothing happens if it can't be used.</param>
    /// <param name="context">What requests are served with.</param>
    /// <param name="devices">Number of devices.</param>
    /// <param name="largestBatch">Largest number of reconstructions at once.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task RunAsync(ModelEntry entry, ServingContext context, int devices, int largestBatch, CancellationToken cancellation)
    {
        if (WarmUp.RequestFor(entry, context) is not { } request)
        {
            return;
        }

        for (var device = 0; device < devices; device++)
        {
            for (var rows = 1; rows <= Math.Min(largestBatch, options.Value.MaximumBatch); rows *= 2)
            {
                var warm = await context.Engine.WarmUpAsync(device, request, rows, cancellation);
                if (warm.Failure?.Outcome == SessionOutcome.Cancelled)
                {
                    // The server ends.
                    return;
                }

                if (!warm.Succeeded)
                {
                    // The self-check has passed, so the model is fine; the solver or the operator is not, and each request will say so.
                    Log.WarmUpFailed(logger, entry.Name, warm.Failure?.Message ?? warm.Rejection?.Message ?? "", warm.Failure?.Cause);
                    break;
                }
            }
        }
    }
}
