using FlashDiffusion.Pictures;
using FlashDiffusion.Trainer.Randomness;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Photographs;

/// <summary>Random crops of photographs: which ones a step sees follows from the seed and the step alone.</summary>
internal sealed class CropSource(IReadOnlyList<Photograph> photographs, long seed)
{
    private const long Stream = 0x63726F70;

    /// <summary>A batch of crops, (rows, 3, side, side) in [-1,1].</summary>
    public Tensor Batch(long step, int rows, int side)
    {
        var random = new StepRandom(seed, step, Stream);
        var length = Picture.Channels * side * side;
        var values = new float[rows * length];
        for (var row = 0; row < rows; row++)
        {
            var photograph = Draw(ref random, side);
            var left = random.NextInt(photograph.Width - side + 1);
            var top = random.NextInt(photograph.Height - side + 1);
            photograph.CopyWindow(left, top, side, side, random.NextInt(2) == 1, values.AsSpan(row * length, length));
        }

        return tensor(values, [rows, Picture.Channels, side, side]);
    }

    private Photograph Draw(ref StepRandom random, int side)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var photograph = photographs[random.NextInt(photographs.Count)];
            if (Math.Min(photograph.Width, photograph.Height) >= side)
            {
                return photograph;
            }
        }

        throw new InvalidDataException($"No photograph holds a crop of {side} pixels.");
    }
}
