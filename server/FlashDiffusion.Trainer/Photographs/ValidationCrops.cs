using FlashDiffusion.Pictures;
using FlashDiffusion.Trainer.Randomness;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Photographs;

/// <summary>A fixed set of held-out crops: the same for every run, so that figures of different runs compare.</summary>
internal static class ValidationCrops
{
    private const long Seed = 20260;

    /// <summary>One crop from each of <paramref name="count"/> pictures (more rounds if there are fewer), (count, 3, side, side) in [-1,1].</summary>
    public static Tensor Load(string folder, int count, int side)
    {
        var photographs = PhotographFolder.Load(folder, [1.0], side);
        var length = Picture.Channels * side * side;
        var values = new float[count * length];
        for (var i = 0; i < count; i++)
        {
            var random = new StepRandom(Seed, i);
            var photograph = photographs[i % photographs.Count];
            var left = random.NextInt(photograph.Width - side + 1);
            var top = random.NextInt(photograph.Height - side + 1);
            photograph.CopyWindow(left, top, side, side, mirrored: false, values.AsSpan(i * length, length));
        }

        return tensor(values, [count, Picture.Channels, side, side]);
    }
}
