using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The codes of a vector quantiser: weight (codes, channels).</summary>
internal sealed class Codebook : NetworkModule, IInitializable
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    public Codebook(long codes, long channels)
        : base(nameof(Codebook))
    {
        _weight = new Parameter(empty([codes, channels]));
        Own("weight", _weight);
    }

    public Tensor Codes => _weight;

    public Tensor Lookup(Tensor indices) => _weight.index_select(0, indices);

    public void Initialize(Generator generator) => UniformFill.Symmetric(_weight, 1.0 / _weight.shape[0], generator);
}
