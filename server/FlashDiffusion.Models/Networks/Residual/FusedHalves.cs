using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The two halves of a residual block, each a normalisation with SiLU and a 3x3 convolution, where <see cref="ResidualFunction"/> can compute them.</summary>
/// <remarks>Their convolutions have a transformed weight in served networks only, whose dropout is off.</remarks>
internal sealed class FusedHalves(GroupNormalization firstNorm, Convolution2d firstConvolution, GroupNormalization secondNorm, Convolution2d secondConvolution)
{
    private ResidualSettings? _settings;

    /// <summary>What <see cref="ResidualFunction"/> needs beside the features; null if it can't be used for them.</summary>
    /// <param name="x">Features (B, C, h, w).</param>
    public ResidualSettings? For(Tensor x)
    {
        if (firstConvolution.Winograd is not { } first || secondConvolution.Winograd is not { } second
            || !firstNorm.IsFused(x) || !WinogradConvolution.Suits(x, first) || !second.Weight.Suits(x.shape[2] * x.shape[3]))
        {
            return null;
        }

        return _settings ??= new ResidualSettings(firstNorm.Activated, first, secondNorm.Activated, second);
    }
}
