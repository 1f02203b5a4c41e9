using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Photographs;

public class CropSourceTests
{
    [Fact]
    public void Batch_SameSeedAndStep_IsTheSameWhateverWasAskedBefore()
    {
        using var folder = new TemporaryPictures(3);
        using var scope = NewDisposeScope();
        var photographs = PhotographFolder.Load(folder.Pictures, [1, 0.5], 64);
        var straight = new CropSource(photographs, 5).Batch(7, 4, 64);
        var other = new CropSource(photographs, 5);
        var sixth = other.Batch(6, 4, 64);
        Assert.Equal(straight.data<float>().ToArray(), other.Batch(7, 4, 64).data<float>().ToArray());
        Assert.NotEqual(straight.data<float>().ToArray(), sixth.data<float>().ToArray());
        Assert.NotEqual(straight.data<float>().ToArray(), new CropSource(photographs, 6).Batch(7, 4, 64).data<float>().ToArray());
    }

    [Fact]
    public void Load_Scales_LeavesOutWhatIsTooSmall()
    {
        using var folder = new TemporaryPictures(2);
        var photographs = PhotographFolder.Load(folder.Pictures, [1, 0.5, 0.25], 64);
        Assert.Equal([(160, 136), (80, 68), (160, 136), (80, 68)], photographs.Select(photograph => (photograph.Width, photograph.Height)));
    }

    [Fact]
    public void CopyWindow_Mirrored_ReversesEveryLine()
    {
        using var folder = new TemporaryPictures(1);
        var photograph = PhotographFolder.Load(folder.Pictures, [1], 64)[0];
        var (plain, mirrored) = (new float[3 * 2 * 5], new float[3 * 2 * 5]);
        photograph.CopyWindow(11, 7, 5, 2, false, plain);
        photograph.CopyWindow(11, 7, 5, 2, true, mirrored);
        for (var line = 0; line < 6; line++)
        {
            Assert.Equal(plain.Skip(line * 5).Take(5).Reverse(), mirrored.Skip(line * 5).Take(5));
        }

        Assert.All(plain, value => Assert.InRange(value, -1, 1));
    }
}
