using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>
/// Runs short synthetic reconstructions with a model on every device, so that its first user finds it warm. What rows need is measured before what steps take, since
/// a heap that was emptied for it makes steps slower until it has grown again.
/// </summary>
internal sealed class ModelWarmUp(IOptions<EngineOptions> options, ILogger<ModelWarmUp> logger)
{
    /// <summary>Batches whose memory is measured, so that what is taken once is told from what each row takes.</summary>
    private const int LargestMeasured = 2;

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

        var (largest, engine) = (Math.Min(largestBatch, options.Value.MaximumBatch), context.Engine);
        for (var device = 0; device < devices && !cancellation.IsCancellationRequested; device++)
        {
            _ = await RunAsync(engine, device, request, Math.Min(LargestMeasured, largest), measuresMemory: true, cancellation)
                && await OthersAsync(engine, device, request, context, cancellation)
                && await RunAsync(engine, device, request, largest, measuresMemory: false, cancellation);
        }
    }

    // Those of which the default one's rows say nothing.
    private async Task<bool> OthersAsync(ReconstructionEngine engine, int device, ReconstructionRequest request, ServingContext context, CancellationToken cancellation)
    {
        if (await NetworkUse.OfAsync(engine, request) is not { } usual)
        {
            return true;
        }

        foreach (var solver in context.Solvers.Entries.Where(solver => solver.IsReady && solver.Solver != request.Solver))
        {
            IDisposable? lease = null;
            if (solver.Lifetime?.TryHold(out lease) == false)
            {
                continue;
            }

            using (lease)
            {
                var other = WarmUp.By(request, solver.Solver!);
                if (await NetworkUse.OfAsync(engine, other) is { IsShort: true } use && use.Exceeds(usual))
                {
                    await RunAsync(engine, device, other, 1, measuresMemory: true, cancellation);
                }
            }
        }

        return !cancellation.IsCancellationRequested;
    }

    private async Task<bool> RunAsync(ReconstructionEngine engine, int device, ReconstructionRequest request, int largest, bool measuresMemory, CancellationToken cancellation)
    {
        for (var rows = 1; rows <= largest; rows *= 2)
        {
            var warm = await engine.WarmUpAsync(device, request, rows, measuresMemory, cancellation);
            if (warm.Failure?.Outcome == SessionOutcome.Cancelled)
            {
                // The server ends.
                return false;
            }

            if (!warm.Succeeded)
            {
                // The self-check has passed, so the model is fine; the solver or the operator is not, and each request will say so.
                Log.WarmUpFailed(logger, request.Model.Model.Name, request.Solver.Descriptor.Name, warm.Failure?.Message ?? warm.Rejection?.Message ?? "", warm.Failure?.Cause);
                return false;
            }
        }

        return true;
    }
}
