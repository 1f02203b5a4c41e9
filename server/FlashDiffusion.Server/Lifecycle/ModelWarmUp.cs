using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Plugins;
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
        var others = await OthersAsync(engine, request, context);
        for (var device = 0; device < devices && !cancellation.IsCancellationRequested; device++)
        {
            if (!await RunAsync(engine, device, request, Math.Min(LargestMeasured, largest), measuresMemory: true, cancellation))
            {
                continue;
            }

            foreach (var other in others)
            {
                await HoldingAsync(other, solver => RunAsync(engine, device, WarmUp.By(request, solver), 1, measuresMemory: true, cancellation));
            }

            if (!cancellation.IsCancellationRequested)
            {
                await RunAsync(engine, device, request, largest, measuresMemory: false, cancellation);
            }
        }
    }

    // Those of which the default one's rows say nothing: so their plans say, and no plan knows of devices.
    private static async Task<IReadOnlyList<SolverEntry>> OthersAsync(ReconstructionEngine engine, ReconstructionRequest request, ServingContext context)
    {
        var others = new List<SolverEntry>();
        if (await NetworkUse.OfAsync(engine, request) is not { } usual)
        {
            return others;
        }

        foreach (var entry in context.Solvers.Entries.Where(entry => entry.IsReady && entry.Solver != request.Solver))
        {
            if (await HoldingAsync(entry, solver => NetworkUse.OfAsync(engine, WarmUp.By(request, solver))) is { IsShort: true } use && use.Exceeds(usual))
            {
                others.Add(entry);
            }
        }

        return others;
    }

    // Nothing where its plugin is being replaced.
    private static async Task<T?> HoldingAsync<T>(SolverEntry entry, Func<ILatentSolver, Task<T>> work)
    {
        IDisposable? lease = null;
        if (entry.Lifetime?.TryHold(out lease) == false)
        {
            return default;
        }

        using (lease)
        {
            return await work(entry.Solver!);
        }
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
