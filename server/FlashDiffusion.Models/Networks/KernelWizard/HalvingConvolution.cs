using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks.KernelWizard;

/// <summary>A 4x4 convolution without bias that halves height and width.</summary>
internal sealed class HalvingConvolution : NetworkModule
{
    private static readonly long[] Stride = [2, 2];
    private static readonly long[] Padding = [1, 1];
    private readonly Parameter _weight;

    public HalvingConvolution(long inChannels, long outChannels)
        : base(nameof(HalvingConvolution))
    {
        _weight = new Parameter(empty([outChannels, inChannels, 4, 4]));
        Own("weight", _weight);
    }

    public Tensor Forward(Tensor x) => nn.functional.conv2d(x, _weight, strides: Stride, padding: Padding);
}
