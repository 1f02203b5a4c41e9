using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Layer normalisation of the last dimension, epsilon 1e-5.</summary>
internal sealed class LayerNormalization : NetworkModule, IInitializable
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly long[] _shape;

    public LayerNormalization(long features)
        : base(nameof(LayerNormalization))
    {
        _shape = [features];
        _weight = new Parameter(empty(_shape));
        _bias = new Parameter(empty(_shape));
        Own("weight", _weight);
        Own("bias", _bias);
    }

    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _shape, _weight, _bias);

    public void Initialize(Generator generator) => UniformFill.OneAndZero(_weight, _bias);
}
