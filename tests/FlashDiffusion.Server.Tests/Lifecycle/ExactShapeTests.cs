using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Lifecycle;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>Where a fixed shape does not keep bits, exact requests are computed one by one, and the log says so.</summary>
public sealed class ExactShapeTests
{
    [Theory]
    [InlineData("", 4, "")]
    [InlineData("denoise", 1, "the denoiser, the decoder, gradients")]
    [InlineData("row", 1, "the denoiser, the decoder, gradients")]
    [InlineData("decode", 1, "the decoder, gradients")]
    public async Task Check_AtTheStart_KeepsTheShapeOnlyIfBitsStay(string flaw, int rows, string said)
    {
        var (left, log) = await CheckAsync(flaw, isServing: false);
        Assert.Equal(rows, left);
        Assert.Equal(said.Length > 0, log.Contains("Warning: ", StringComparison.Ordinal));
        Assert.Contains(said.Length > 0 ? $"{said} depend on what shares a shape of 4 rows. Exact requests are computed one by one" : "", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhileOthersRun_ComputesThisModelsExactRequestsOneByOne()
    {
        ModelEntry? served = null;
        var (left, log) = await CheckAsync("denoise", isServing: true, entry => served = entry);
        Assert.Equal(4, left);
        Assert.True(served?.Model?.ExactOneByOne);
        Assert.Contains("Warning: With model fake on cpu, the denoiser", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SoundModelWhileOthersRun_KeepsItsShape()
    {
        ModelEntry? served = null;
        await CheckAsync("", isServing: true, entry => served = entry);
        Assert.False(served?.Model?.ExactOneByOne);
    }

    private static async Task<(int Rows, string Log)> CheckAsync(string flaw, bool isServing, Action<ModelEntry>? served = null)
    {
        var options = new EngineOptions { Threads = 1, ExactBatch = 4 };
        var log = await ModelCheckScene.RunAsync(
            options,
            new CouplingModel(flaw),
            async (engine, entry, loggers) =>
            {
                var checkedEntry = await new ExactShape(Options.Create(options), loggers.CreateLogger<ExactShape>()).CheckAsync(engine, entry, isServing);
                served?.Invoke(checkedEntry);
            });
        return (options.ExactBatch, log);
    }
}
