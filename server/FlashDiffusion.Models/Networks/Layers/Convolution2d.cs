using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A 2-D convolution (B, in, h, w) -> (B, out, h', w') whose parameters are <c>weight</c> (out, in, k, k) and <c>bias</c> (out).</summary>
/// <remarks>Parameters are allocated, not initialised: load them, or call <see cref="NetworkInitialization.Initialize"/>.</remarks>
internal sealed class Convolution2d : NetworkModule, IInitializable, IFusable, IUNetLayer
{
    private static readonly long[] Ones = [1, 1];

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly bool _startsAtZero;
    private PackedWeight? _packed;

    public Convolution2d(long inChannels, long outChannels, int kernel, int stride = 1, int padding = 0, bool startsAtZero = false)
        : base(nameof(Convolution2d))
    {
        _weight = new Parameter(empty([outChannels, inChannels, kernel, kernel]));
        _bias = new Parameter(empty([outChannels]));
        _stride = [stride, stride];
        _padding = [padding, padding];
        _startsAtZero = startsAtZero;
        Own("weight", _weight);
        Own("bias", _bias);
    }

    public Tensor Weight => _weight;

    public Tensor Bias => _bias;

    /// <summary>Whether it stands in a network that is served: <see cref="Fuse"/> was called.</summary>
    public bool IsFused { get; private set; }

    /// <summary>What <see cref="WinogradConvolution"/> needs; null before <see cref="Fuse"/>, and where it can't be used.</summary>
    public WinogradSettings? Winograd { get; private set; }

    public Tensor Forward(Tensor x) => Winograd is not null && WinogradConvolution.Suits(x, Winograd)
        ? WinogradConvolution.Of(x, Winograd)
        : nn.functional.conv2d(x, _packed?.For(x, _weight) ?? _weight, _bias, _stride, _padding, Ones, 1);

    Tensor IUNetLayer.Forward(Tensor x, Tensor activatedEmbedding, Tensor? context) => Forward(x);

    /// <inheritdoc/>
    public void Fuse()
    {
        IsFused = true;
        _packed ??= PackedWeight.For(_weight);
        if (Winograd is null && _stride[0] == 1 && _padding[0] == 1 && WinogradWeight.For(_weight, enlarged: false) is { } weight)
        {
            Winograd = new WinogradSettings(weight, _bias, _weight.shape[1], _weight.shape[0]);
        }
    }

    public void Initialize(Generator generator) => UniformFill.FanIn(_weight, _bias, _startsAtZero, generator);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _packed?.Dispose();
            Winograd?.Weight.Dispose();
        }

        base.Dispose(disposing);
    }
}
