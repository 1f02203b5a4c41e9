using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Degradations;

/// <summary>Removes a share of 0.8 t of the pixels at random, noise of std 0.05 on [0,1] on the kept ones, -1 elsewhere.</summary>
internal sealed class InpaintingDegradation : IDegradation
{
    public const double MaximumRemoved = 0.8;
    public const double NoiseStd = 0.05;

    public string OperatorName => "inpainting";

    public Tensor Degrade(Tensor clean, IReadOnlyList<double> levels, Generator generator)
    {
        var kept = tensor(levels.Select(level => (float)(1 - (MaximumRemoved * level))).ToArray()).view(-1, 1, 1, 1);
        var mask = rand([clean.shape[0], 1, clean.shape[2], clean.shape[3]], generator: generator).less(kept).to(clean.dtype);
        var noisy = clean + (2 * NoiseStd * randn(clean.shape, generator: generator));
        return (noisy * mask) + mask - 1;
    }
}
