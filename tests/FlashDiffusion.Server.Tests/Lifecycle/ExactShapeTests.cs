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
    [InlineData("denoise", 1, "the denoiser, the decoder, the encoder, gradients")]
    [InlineData("row", 1, "the denoiser, the decoder, the encoder, gradients")]
    [InlineData("decode", 1, "the decoder, the encoder, gradients")]
    [InlineData("encode", 1, "the encoder, gradients")]
    public async Task Check_AtTheStart_KeepsTheShapeOnlyIfBitsStay(string flaw, int rows, string said)
    {
        var (left, log) = await CheckAsync(flaw, isServing: false);
        Assert.Equal(rows, left);
        Assert.Equal(said.Length > 0, log.Contains("Warning: ", StringComparison.Ordinal));
        Assert.Contains(said.Length > 0 ? $"{said} depend on what shares a shape of 4 rows. Exact requests are computed one by one" : "", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encode", false, 4, 2, "the encoder depend on what shares a look of 2 pictures")]
    [InlineData("", true, 4, 2, "the severity encoder for gaussian_blur depend on what shares a look of 2 pictures")]
    [InlineData("", true, 1, 3, "the severity encoder for gaussian_blur depend on what shares a look of 3 pictures")]
    [InlineData("encode", true, 4, 1, null)]
    public async Task Check_LooksDependOnTheirCompany_IsSaidWithWhatHelps(string flaw, bool severity, int rows, int lookRows, string? said)
    {
        var options = new EngineOptions { Threads = 1, ExactBatch = rows, SeverityBatch = lookRows };
        var log = await ModelCheckScene.RunAsync(
            options,
            new CouplingModel(flaw),
            (engine, entry, loggers) => new ExactShape(Options.Create(options), loggers.CreateLogger<ExactShape>()).CheckAsync(engine, entry, isServing: false),
            severity ? new CouplingSeverityEncoder() : null);
        Assert.Equal(said is not null, log.Contains("shares a look", StringComparison.Ordinal));
        Assert.Contains(said is null ? "" : said + ", so that severities, and with them starts, may depend on companions. Set Engine:SeverityBatch to 1.", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public async Task Check_LooksCanNotBeTested_IsSaidAndTheShapeOfStepsStays(int rows)
    {
        var options = new EngineOptions { Threads = 1, ExactBatch = rows, SeverityBatch = 2 };
        var log = await ModelCheckScene.RunAsync(
            options,
            new CouplingModel(""),
            (engine, entry, loggers) => new ExactShape(Options.Create(options), loggers.CreateLogger<ExactShape>()).CheckAsync(engine, entry, isServing: false),
            new CouplingSeverityEncoder(most: 1));
        Assert.Equal(rows, options.ExactBatch);
        Assert.Contains("the test of a look of 2 pictures failed: ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("one by one", log, StringComparison.Ordinal);
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
