using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Models.Operators;
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
    SolverPlugins plugins,
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
        var solvers = plugins.Load(Absolute(pluginOptions.Value.Root));
        _engine = new ReconstructionEngine(engineOptions.Value, time, telemetry, loggers.CreateLogger<ReconstructionEngine>());
        _engine.Start();
        var device = engineOptions.Value.Device;
        var tested = await _engine.RunAsync(() => DeviceSelfTest.Run(device), cancellation);
        if (tested is not { Value: "" })
        {
            Log.StartFailed(_logger, tested.Value ?? tested.Failure?.Message ?? tested.Rejection?.Message ?? device, tested.Failure?.Cause);
            return null;
        }

        return new ServingContext(_engine, new ModelCatalog([], modelOptions.Value.DefaultModel), solvers, new OperatorCatalog(OperatorFamilies.All), pluginOptions.Value.DefaultSolver);
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }
    }

    private static string Absolute(string path) => Path.Combine(AppContext.BaseDirectory, path);
}
