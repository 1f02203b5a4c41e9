using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks.KernelWizard;

/// <summary>x + conv2(relu(conv1(x))), without normalisation.</summary>
internal sealed class ResidualPair : NetworkModule
{
    private readonly Convolution2d _first;
    private readonly Convolution2d _second;

    public ResidualPair(long channels)
        : base(nameof(ResidualPair))
    {
        _first = new Convolution2d(channels, channels, kernel: 3, padding: 1);
        _second = new Convolution2d(channels, channels, kernel: 3, padding: 1);
        register_module("conv1", _first);
        register_module("conv2", _second);
    }

    public Tensor Forward(Tensor x) => x + _second.Forward(nn.functional.relu(_first.Forward(x)));
}
