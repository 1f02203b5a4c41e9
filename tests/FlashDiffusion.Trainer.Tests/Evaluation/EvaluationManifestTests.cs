using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

public class EvaluationManifestTests
{
    [Fact]
    public void Draw_SameSeed_GivesTheSameListAndAPrefixCoversAllPictures()
    {
        using var folder = new TemporaryPictures(3);
        var manifest = EvaluationManifest.Draw(folder.Pictures, 64, 10, 4);
        Assert.Equal(manifest.Crops, EvaluationManifest.Draw(folder.Pictures, 64, 10, 4).Crops);
        Assert.Equal(["00.png", "01.png", "02.png"], manifest.Crops.Take(3).Select(crop => crop.Picture));
        foreach (var picture in manifest.Crops.GroupBy(crop => crop.Picture))
        {
            // One level in each tenth.
            Assert.Equal(Enumerable.Range(0, 10), picture.Select(crop => (int)(crop.Level * 10)).Order());
        }
    }

    [Fact]
    public void Write_ThenRead_IsEqual()
    {
        using var folder = new TemporaryPictures(2);
        var manifest = EvaluationManifest.Draw(folder.Pictures, 64, 3, 4);
        manifest.Write(folder.At("manifest.json"));
        Assert.Equal(manifest.Crops, EvaluationManifest.Read(folder.At("manifest.json")).Crops);
    }
}
