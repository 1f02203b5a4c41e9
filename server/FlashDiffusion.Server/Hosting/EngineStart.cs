using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Plugins;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Starts the device, loads plugins and models, and makes the snapshot that requests are served with.</summary>
internal sealed class EngineStart(
    IOptions<EngineOptions> engineOptions,
    IOptions<PluginOptions> pluginOptions,
    IOptions<ModelOptions> modelOptions,
    PluginShelf plugins,
    OperatorLoading ownOperators,
    ModelLoading repository,
    TimeProvider time,
    FlashDiffusionTelemetry telemetry,
    ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<EngineStart>();
    private ReconstructionEngine? _engine;

    /// <summary>Runs the start.</summary>
    /// <returns>The snapshot; null if the device does not work, which has been logged.</returns>
    public async Task<ServingContext?> RunAsync(CancellationToken cancellation)
    {
        _engine = new ReconstructionEngine(engineOptions.Value, time, telemetry, loggers.CreateLogger<ReconstructionEngine>());
        _engine.Start();
        telemetry.ObserveContexts(() => plugins.Contexts);
        var parts = plugins.Load(FolderOf(pluginOptions.Value.Root, "plugins"), OperatorLoading.ReservedNames);
        var loaded = new List<IReadOnlyList<ModelEntry>>();
        foreach (var (device, name) in _engine.Devices.Index())
        {
            var tested = await _engine.RunAsync(device, () => DeviceSelfTest.Run(name), cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (tested is not { Value: "" })
            {
                return Fail(tested, tested.Value);
            }

            var answer = await _engine.RunAsync(device, () => repository.Load(FolderOf(modelOptions.Value.Root, "models"), name), cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (answer.Value is not { } onDevice)
            {
                return Fail(answer, null);
            }

            var operators = await _engine.RunAsync(device, () => ownOperators.LoadOn(name), cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (operators.Value is null)
            {
                return Fail(operators, null);
            }

            loaded.Add(onDevice);
        }

        var models = new ModelCatalog(ModelReplicas.Of(loaded), modelOptions.Value.DefaultModel);
        var catalog = new OperatorCatalog([.. ownOperators.Entries, .. parts.Operators]);
        var context = new ServingContext(_engine, models, parts.Solvers, catalog, pluginOptions.Value.DefaultSolver);
        await WarmUpAsync(context, cancellation);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }
    }

    private static string FolderOf(string configured, string besideBinaries) =>
        configured.Length == 0 ? Path.Combine(AppContext.BaseDirectory, besideBinaries) : Path.GetFullPath(configured);

    private async Task WarmUpAsync(ServingContext context, CancellationToken cancellation)
    {
        foreach (var request in context.Models.Entries.Select(entry => WarmUp.RequestFor(entry, context)).OfType<FlashDiffusion.Engine.Requests.ReconstructionRequest>())
        {
            for (var device = 0; device < context.Engine.Devices.Length; device++)
            {
                await WarmUpAsync(context.Engine, device, request, cancellation);
            }
        }

        await context.Engine.LogCurvesAsync(cancellation);
    }

    private async Task WarmUpAsync(ReconstructionEngine engine, int device, FlashDiffusion.Engine.Requests.ReconstructionRequest request, CancellationToken cancellation)
    {
        for (var rows = 1; rows <= Math.Min(WarmUp.LargestBatch, engineOptions.Value.MaximumBatch); rows *= 2)
        {
            var warm = await engine.WarmUpAsync(device, request, rows, cancellation);
            if (!warm.Succeeded)
            {
                // The self-check has passed, so the model is fine; the solver or the operator is not, and each request will say so.
                Log.WarmUpFailed(_logger, request.Model.Model.Name, warm.Failure?.Message ?? warm.Rejection?.Message ?? "", warm.Failure?.Cause);
                return;
            }
        }
    }

    private ServingContext? Fail<T>(DeviceAnswer<T> answer, string? reason)
        where T : class
    {
        Log.StartFailed(_logger, reason ?? answer.Failure?.Message ?? answer.Rejection?.Message ?? "the device gave no answer", answer.Failure?.Cause);
        return null;
    }
}
