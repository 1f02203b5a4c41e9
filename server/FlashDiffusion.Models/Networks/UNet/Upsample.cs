using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Doubles height and width by nearest neighbour, followed by a 3x3 convolution (<c>conv</c>) where the configuration resamples with one.</summary>
internal sealed class Upsample : NetworkModule, IUNetLayer
{
    private readonly Convolution2d? _convolution;

    public Upsample(long channels, bool convolve)
        : base(nameof(Upsample))
    {
        if (convolve)
        {
            _convolution = new Convolution2d(channels, channels, kernel: 3, padding: 1);
            register_module("conv", _convolution);
        }
    }

    public Tensor Forward(Tensor x)
    {
        var enlarged = Resampling.Enlarge(x);
        if (_convolution is null)
        {
            return enlarged;
        }

        using (enlarged)
        {
            return _convolution.Forward(enlarged);
        }
    }

    Tensor IUNetLayer.Forward(Tensor x, Tensor activatedEmbedding, Tensor? context) => Forward(x);
}
