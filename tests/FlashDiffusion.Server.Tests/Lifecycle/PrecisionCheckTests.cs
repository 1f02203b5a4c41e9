using System.Collections.Frozen;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>An operator who asked for bfloat16 reads in the log whether it pays on this machine.</summary>
public sealed class PrecisionCheckTests
{
    [Theory]
    [InlineData("float32", "Information: With model fake on cpu, bfloat16 pays")]
    [InlineData("bfloat16", "Warning: With model fake on cpu, bfloat16 does not pay")]
    public async Task Check_ModelThatSleepsInOnePrecision_SaysWhichIsFaster(string slow, string said) =>
        Assert.Contains(said, await CheckAsync(slow, NetworkPrecision.BFloat16), StringComparison.Ordinal);

    [Fact]
    public async Task Check_Float32_MeasuresNothing() => Assert.Equal("", await CheckAsync("bfloat16", NetworkPrecision.Float32));

    private static async Task<string> CheckAsync(string slow, NetworkPrecision precision)
    {
        var options = new EngineOptions { Threads = 1, Precision = precision };
        using var meters = new TestMeterFactory();
        using var telemetry = new FlashDiffusionTelemetry(meters);
        await using var engine = new ReconstructionEngine(options, TimeProvider.System, telemetry, NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        using var log = new RecordedLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var model = new ServedModel(new SleepyModel(slow), FrozenDictionary<string, ISeverityEncoder>.Empty);
        await new PrecisionCheck(Options.Create(options), loggers.CreateLogger<PrecisionCheck>()).CheckAsync(engine, new ModelEntry("fake", "1", "", model, ""));
        return log.Text;
    }
}
