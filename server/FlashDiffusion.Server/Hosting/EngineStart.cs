using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Plugins;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Starts the device, loads plugins and models, and makes the snapshot that requests are served with.</summary>
internal sealed class EngineStart(
    IOptions<EngineOptions> engineOptions,
    IOptions<PluginOptions> pluginOptions,
    IOptions<ModelOptions> modelOptions,
    PluginShelf shelf,
    PluginLifecycle plugins,
    OperatorLoading ownOperators,
    ModelLoading repository,
    ModelLifecycle lifecycle,
    ModelWarmUp warmUp,
    ExactShape exactShape,
    PrecisionCheck precision,
    CurveKeeper curves,
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
        _engine = new ReconstructionEngine(engineOptions.Value, time, telemetry, loggers.CreateLogger<ReconstructionEngine>())
        {
            Hung = hung =>
            {
                plugins.Quarantine(hung);
                lifecycle.Quarantine(hung);
            },
        };
        _engine.Start();
        telemetry.ObserveContexts(() => shelf.Contexts);
        var engine = _engine;
        var parts = plugins.Read(dispose => engine.MaintainAsync(0, () =>
        {
            dispose();
            return "";
        }, part: dispose));
        var loaded = new List<IReadOnlyList<ModelEntry>>();
        foreach (var (device, name) in _engine.Devices.Index())
        {
            var tested = await _engine.RunAsync(device, () => DeviceSelfTest.Run(name), cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (tested is not { Value: "" })
            {
                return Fail(tested, tested.Value);
            }

            var answer = await _engine.RunAsync(device, () => repository.Load(name, engine.Devices.Length), cancellation);
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

        var models = new ModelCatalog((await lifecycle.JoinAsync(engine, loaded)).Select(entry => lifecycle.Adopt(engine, entry)), modelOptions.Value.DefaultModel);
        var catalog = new OperatorCatalog([.. ownOperators.Entries, .. parts.Operators]);
        var context = new ServingContext(_engine, models, parts.Solvers, catalog, pluginOptions.Value.DefaultSolver);
        await WarmUpAsync(context, cancellation);

        // Says at once if the file can't be written.
        curves.Keep(context);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            if (_engine.ActiveSessions is > 0 and var running)
            {
                Log.EndedUnderWay(_logger, running);
            }

            await _engine.DisposeAsync();
        }
    }

    private async Task WarmUpAsync(ServingContext context, CancellationToken cancellation)
    {
        foreach (var entry in context.Models.Entries)
        {
            await exactShape.CheckAsync(context.Engine, entry, isServing: false);
            await precision.CheckAsync(context.Engine, entry);
            cancellation.ThrowIfCancellationRequested();
            await warmUp.RunAsync(entry, context, context.Engine.Devices.Length, WarmUp.LargestBatch, cancellation);
        }

        // Not before: by its batches, which must be whole, the need of memory is measured.
        await curves.TakeOverAsync(context);
        await StepCurves.LogAsync(context.Engine, loggers.CreateLogger<ReconstructionEngine>(), cancellation);
    }

    private ServingContext? Fail<T>(DeviceAnswer<T> answer, string? reason)
        where T : class
    {
        Log.StartFailed(_logger, reason ?? answer.Failure?.Message ?? answer.Rejection?.Message ?? "the device gave no answer", answer.Failure?.Cause);
        return null;
    }
}
