using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Group normalisation with the 32 groups of all published networks.</summary>
/// <remarks>The published UNet uses an epsilon of 1e-5, autoencoder and spatial transformer 1e-6.</remarks>
internal sealed class GroupNormalization : NetworkModule, IInitializable
{
    public const double UNetEpsilon = 1e-5;
    public const double AutoencoderEpsilon = 1e-6;
    private const int Groups = 32;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly double _epsilon;

    public GroupNormalization(long channels, double epsilon)
        : base(nameof(GroupNormalization))
    {
        if (channels % Groups != 0)
        {
            throw new NetworkConfigException($"Group normalisation needs a multiple of {Groups} channels, not {channels}.");
        }

        _epsilon = epsilon;
        _weight = new Parameter(empty([channels]));
        _bias = new Parameter(empty([channels]));
        Own("weight", _weight);
        Own("bias", _bias);
        Alone = new NormSettings(_weight, _bias, Groups, epsilon, Activate: false);
        Activated = Alone with { Activate = true };
    }

    /// <summary>What <see cref="NormActivation"/> needs for it alone.</summary>
    public NormSettings Alone { get; }

    /// <summary>What <see cref="NormActivation"/> needs for it and SiLU.</summary>
    public NormSettings Activated { get; }

    public Tensor Forward(Tensor x) => IsFused(x) ? NormActivation.Of(x, Alone) : Plain(x);

    /// <summary>Followed by SiLU.</summary>
    public Tensor ForwardActivated(Tensor x)
    {
        if (IsFused(x))
        {
            return NormActivation.Of(x, Activated);
        }

        using var normed = Plain(x);
        return normed.silu();
    }

    /// <summary>Whether <see cref="NormActivation"/> can normalise these features.</summary>
    public bool IsFused(Tensor x) => x.dtype == ScalarType.Float32 && !_weight.requires_grad && x.device_type == DeviceType.CPU && ChannelsLastLayout.Is(x);

    private Tensor Plain(Tensor x) => nn.functional.group_norm(x, Groups, _weight, _bias, _epsilon);

    public void Initialize(Generator generator) => UniformFill.OneAndZero(_weight, _bias);
}
