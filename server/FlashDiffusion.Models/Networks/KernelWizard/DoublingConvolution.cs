using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks.KernelWizard;

/// <summary>A 4x4 transposed convolution that doubles height and width.</summary>
internal sealed class DoublingConvolution : NetworkModule
{
    private static readonly long[] Stride = [2, 2];
    private static readonly long[] Padding = [1, 1];
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    public DoublingConvolution(long inChannels, long outChannels, bool biased)
        : base(nameof(DoublingConvolution))
    {
        _weight = new Parameter(empty([inChannels, outChannels, 4, 4]));
        Own("weight", _weight);
        if (biased)
        {
            _bias = new Parameter(empty([outChannels]));
            Own("bias", _bias);
        }
    }

    public Tensor Forward(Tensor x) => nn.functional.conv_transpose2d(x, _weight, _bias, Stride, Padding);
}
