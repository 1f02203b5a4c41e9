using FlashDiffusion.Trainer.Randomness;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>Random square windows of latent pictures, a function of the seed and the step.</summary>
internal sealed class LatentWindows(IReadOnlyList<LatentPicture> latents, long seed)
{
    private const long Stream = 0x6C617465;

    /// <summary>(rows, channels, side, side).</summary>
    public Tensor Batch(long step, int rows, int side)
    {
        var random = new StepRandom(seed, step, Stream);
        if (!latents.Any(latent => Math.Min(latent.Height, latent.Width) >= side))
        {
            throw new InvalidDataException($"No latent picture holds a window of {side} latent pixels.");
        }

        var length = latents[0].Channels * side * side;
        var values = new float[rows * length];
        for (var row = 0; row < rows;)
        {
            var latent = latents[random.NextInt(latents.Count)];
            if (Math.Min(latent.Height, latent.Width) < side)
            {
                continue;
            }

            var left = random.NextInt(latent.Width - side + 1);
            var top = random.NextInt(latent.Height - side + 1);
            latent.CopyWindow(left, top, side, values.AsSpan(row * length, length));
            row++;
        }

        return tensor(values, [rows, latents[0].Channels, side, side]);
    }
}
