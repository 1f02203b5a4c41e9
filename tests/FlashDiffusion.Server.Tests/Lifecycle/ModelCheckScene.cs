using System.Collections.Frozen;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>An engine, one model in it, and a check of the start that has something to say about the model.</summary>
internal static class ModelCheckScene
{
    /// <summary>Runs the check.</summary>
    /// <param name="options">The engine's options.</param>
    /// <param name="model">The model, called "fake".</param>
    /// <param name="check">The check, with where it logs to.</param>
    /// <param name="encoder">Its severity encoder; null for none.</param>
    /// <returns>What it said in the log.</returns>
    public static async Task<string> RunAsync(EngineOptions options, ILatentDiffusionModel model, Func<ReconstructionEngine, ModelEntry, ILoggerFactory, Task> check, ISeverityEncoder? encoder = null)
    {
        using var meters = new TestMeterFactory();
        using var telemetry = new FlashDiffusionTelemetry(meters);
        await using var engine = new ReconstructionEngine(options, TimeProvider.System, telemetry, NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        using var log = new RecordedLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var encoders = encoder is null ? FrozenDictionary<string, ISeverityEncoder>.Empty : new Dictionary<string, ISeverityEncoder> { [encoder.OperatorName] = encoder }.ToFrozenDictionary();
        await check(engine, new ModelEntry("fake", "1", "", new ServedModel(model, encoders), ""), loggers);
        return log.Text;
    }
}
