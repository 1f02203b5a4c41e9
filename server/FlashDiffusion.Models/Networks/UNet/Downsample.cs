using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Halves height and width of UNet features: a strided 3x3 convolution (<c>op</c>), or means of 2x2 windows.</summary>
internal sealed class Downsample : NetworkModule, IUNetLayer
{
    private readonly Convolution2d? _convolution;

    public Downsample(long channels, bool convolve)
        : base(nameof(Downsample))
    {
        if (convolve)
        {
            _convolution = new Convolution2d(channels, channels, kernel: 3, stride: 2, padding: 1);
            register_module("op", _convolution);
        }
    }

    public Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context)
        => _convolution is null ? Resampling.Average(x) : _convolution.Forward(x);
}
