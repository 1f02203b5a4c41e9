using System.Text.Json.Nodes;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Trainer.Evaluation;
using FlashDiffusion.Trainer.Evaluation.Paper;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

/// <summary>Chains that ended in NaN, as official ones do by design: the protocol goes on, and says how many.</summary>
public sealed class BrokenPictureTests
{
    private static readonly PaperResult Sound = new("a.png", 0.5, 0.1, 80, 25, 0.7, 0.75, 0.01, 80, 81, 0);
    private static readonly PaperResult Broken = Sound with { Picture = "b.png", Psnr = double.NaN, SsimFull = double.NaN, SsimCropped = double.NaN, Nmse = double.NaN };

    [Fact]
    public void Line_BrokenPicture_IsReadBack()
    {
        Assert.True(PaperResult.Read(Broken.ToLine()).Failed);
        Assert.Equal(Sound, PaperResult.Read(Sound.ToLine()));
        Assert.DoesNotContain("Failed", Sound.ToLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void Save_BrokenPicture_IsAFileOfItsSize()
    {
        var file = PictureCodec.EncodePng(Picture.FromPlanar(4, 2, [.. Enumerable.Repeat(float.NaN, 3 * 4 * 2)]));
        Assert.True(PictureCodec.Decode(file).TryGet(out var picture, out _));
        Assert.Equal((4, 2), (picture.Width, picture.Height));
    }

    [Fact]
    public void Summary_BrokenPicture_IsCountedAndNotAveraged()
    {
        var summary = JsonNode.Parse(PaperSummary.Of("cell", "solver", "model 1", 32, [Sound, Broken]).ToJson())!;
        Assert.Equal((1, 1, 25.0), ((int)summary["pictures"]!, (int)summary["failed"]!, (double)summary["psnr_db"]!));
    }

    [Fact]
    public void Summary_NothingButBrokenPictures_IsWrittenToo() =>
        Assert.Equal("NaN", (string)JsonNode.Parse(PaperSummary.Of("cell", "solver", "model 1", 32, [Broken]).ToJson())!["psnr_db"]!);

    [Fact]
    public void Tuner_EverySettingBrokeAChain_NamesTheOperatorAndWhatWasTried()
    {
        var exception = Assert.Throws<InvalidDataException>(() => Tuner.Best(EvaluatedOperator.All[0], [], [0.5, 2]));
        Assert.Contains("'gaussian_blur'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("each of 0.5, 2.", exception.Message, StringComparison.Ordinal);
    }
}
