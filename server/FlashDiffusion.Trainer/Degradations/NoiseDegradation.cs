using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Degradations;

/// <summary>Noise of std 0.02 + 0.38 t on [0,1].</summary>
internal sealed class NoiseDegradation : IDegradation
{
    public const double MinimumStd = 0.02;
    public const double MaximumStd = 0.4;

    public string OperatorName => "denoising";

    public Tensor Degrade(Tensor clean, IReadOnlyList<double> levels, Generator generator)
    {
        var stds = levels.Select(level => (float)(2 * (MinimumStd + ((MaximumStd - MinimumStd) * level)))).ToArray();
        return clean + (tensor(stds).view(-1, 1, 1, 1) * randn(clean.shape, generator: generator));
    }
}
