using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

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

    private static Task<string> CheckAsync(string slow, NetworkPrecision precision)
    {
        var options = new EngineOptions { Threads = 1, Precision = precision };
        return ModelCheckScene.RunAsync(
            options,
            new FakeModel { Called = (_, _) => SleepIn(slow) },
            (engine, entry, loggers) => new PrecisionCheck(Options.Create(options), loggers.CreateLogger<PrecisionCheck>()).CheckAsync(engine, entry));
    }

    // Autocast shows in what a matrix product comes out as.
    private static void SleepIn(string slow)
    {
        using var product = ones(2, 2).matmul(ones(2, 2));
        if ((product.dtype == ScalarType.BFloat16) == (slow == "bfloat16"))
        {
            Thread.Sleep(50);
        }
    }
}
