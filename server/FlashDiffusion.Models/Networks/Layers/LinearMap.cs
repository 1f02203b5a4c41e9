using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>An affine map of the last dimension: weight (out, in) and, unless refused, bias (out).</summary>
internal sealed class LinearMap : NetworkModule, IInitializable
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    public LinearMap(long inFeatures, long outFeatures, bool bias = true)
        : base(nameof(LinearMap))
    {
        _weight = new Parameter(empty([outFeatures, inFeatures]));
        Own("weight", _weight);
        if (bias)
        {
            _bias = new Parameter(empty([outFeatures]));
            Own("bias", _bias);
        }
    }

    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    public void Initialize(Generator generator) => UniformFill.FanIn(_weight, _bias, toZero: false, generator);
}
