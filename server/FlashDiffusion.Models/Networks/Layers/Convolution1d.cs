using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A pointwise 1-D convolution (B, in, T) -> (B, out, T), as the published UNet projects its attention: weight (out, in, 1), bias (out).</summary>
internal sealed class Convolution1d : NetworkModule, IInitializable
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly bool _startsAtZero;

    public Convolution1d(long inChannels, long outChannels, bool startsAtZero = false)
        : base(nameof(Convolution1d))
    {
        _weight = new Parameter(empty([outChannels, inChannels, 1]));
        _bias = new Parameter(empty([outChannels]));
        _startsAtZero = startsAtZero;
        Own("weight", _weight);
        Own("bias", _bias);
    }

    public Tensor Weight => _weight;

    public Tensor Bias => _bias;

    public Tensor Forward(Tensor x) => nn.functional.conv1d(x, _weight, _bias);

    /// <summary>The same over tokens (B, T, in) -> (B, T, out).</summary>
    public Tensor ForwardTokens(Tensor tokens)
    {
        using var weight = _weight.squeeze(-1);
        return nn.functional.linear(tokens, weight, _bias);
    }

    public void Initialize(Generator generator) => UniformFill.FanIn(_weight, _bias, _startsAtZero, generator);
}
