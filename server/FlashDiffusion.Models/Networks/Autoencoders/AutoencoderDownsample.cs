using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Halves height and width of autoencoder features: a strided convolution (<c>conv</c>) padded right and below only, or means of 2x2 windows.</summary>
internal sealed class AutoencoderDownsample : NetworkModule
{
    private static readonly long[] RightAndBelow = [0, 1, 0, 1];

    private readonly Convolution2d? _convolution;

    public AutoencoderDownsample(long channels, bool convolve)
        : base(nameof(AutoencoderDownsample))
    {
        if (convolve)
        {
            _convolution = new Convolution2d(channels, channels, kernel: 3, stride: 2);
            register_module("conv", _convolution);
        }
    }

    public Tensor Forward(Tensor x)
    {
        if (_convolution is null)
        {
            return Resampling.Average(x);
        }

        using var padded = nn.functional.pad(x, RightAndBelow);
        return _convolution.Forward(padded);
    }
}
