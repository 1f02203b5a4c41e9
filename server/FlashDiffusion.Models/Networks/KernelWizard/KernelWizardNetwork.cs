using System.Globalization;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks.KernelWizard;

/// <summary>
/// The network of "Exploring image deblurring via encoded blur kernel space" (Tran et al., CVPR 2021) that blurs a sharp picture
/// by a kernel code: features at a quarter of the size, a UNet that mixes the code in, and a trunk that enlarges again. Under its
/// published names; the part that finds the code of a given pair of pictures is not needed here.
/// </summary>
internal sealed class KernelWizardNetwork : NetworkModule
{
    /// <summary>Channels of a kernel code.</summary>
    public const int CodeChannels = 512;

    /// <summary>Pixels that one place of a kernel code stands for; pictures are a multiple of it.</summary>
    public const int CodeStride = 128;

    /// <summary>Published keys of the part that is not needed.</summary>
    public const string ExtractorPrefix = "kernel_extractor.";

    private const double Slope = 0.1;
    private const int Channels = 64;
    private readonly Convolution2d[] _entry;
    private readonly ResidualPair[] _front;
    private readonly AdapterBlock _adapter;
    private readonly ResidualPair[] _back;
    private readonly Convolution2d[] _exit;

    public KernelWizardNetwork()
        : base(nameof(KernelWizardNetwork))
    {
        _entry = [Convolve(3, Channels), Convolve(Channels, Channels, 2), Convolve(Channels, Channels, 2)];
        _front = [.. Enumerable.Range(0, 10).Select(_ => new ResidualPair(Channels))];
        var adapter = new AdapterBlock(8 * Channels, 8 * Channels, null);
        adapter = new AdapterBlock(4 * Channels, 8 * Channels, adapter);
        adapter = new AdapterBlock(2 * Channels, 4 * Channels, adapter);
        adapter = new AdapterBlock(Channels, 2 * Channels, adapter);
        _adapter = new AdapterBlock(Channels, Channels, adapter, outermost: true);
        _back = [.. Enumerable.Range(0, 20).Select(_ => new ResidualPair(Channels))];
        _exit = [Convolve(Channels, 4 * Channels), Convolve(Channels, 4 * Channels), Convolve(Channels, Channels), Convolve(Channels, 3)];
        register_module("feature_extractor", new NamedModules([("0", _entry[0]), ("2", _entry[1]), ("4", _entry[2]), .. Numbered(6, _front)]));
        register_module("adapter", new NamedModules(("model", _adapter)));
        register_module("recon_trunk", new NamedModules([.. Numbered(0, _back), ("20", _exit[0]), ("23", _exit[1]), ("26", _exit[2]), ("28", _exit[3])]));
    }

    /// <summary>Blurs.</summary>
    /// <param name="pictures">(B, 3, H, W) on [0, 1], sides multiples of <see cref="CodeStride"/>.</param>
    /// <param name="codes">Kernel codes, (B, 512, H/128, W/128), about 1.2 times standard normal.</param>
    /// <returns>(B, 3, H, W), nominally on [0, 1]; belongs to the current dispose scope.</returns>
    public Tensor Forward(Tensor pictures, Tensor codes) => Reconstruct(Adapt(Features(pictures), codes)) + pictures;

    /// <summary>Features of pictures, (B, 64, H/4, W/4).</summary>
    internal Tensor Features(Tensor pictures)
    {
        var x = _entry.Aggregate(pictures, (features, convolution) => Activate(convolution.Forward(features)));
        return _front.Aggregate(x, (features, block) => block.Forward(features));
    }

    /// <summary>Features with a code mixed in, (B, 64, H/4, W/4).</summary>
    internal Tensor Adapt(Tensor features, Tensor codes) => _adapter.Forward(features, codes);

    private Tensor Reconstruct(Tensor features)
    {
        var x = _back.Aggregate(features, (current, block) => block.Forward(current));
        x = Activate(nn.functional.pixel_shuffle(_exit[0].Forward(x), 2));
        x = Activate(nn.functional.pixel_shuffle(_exit[1].Forward(x), 2));
        return _exit[3].Forward(Activate(_exit[2].Forward(x)));
    }

    private static Tensor Activate(Tensor x) => nn.functional.leaky_relu(x, Slope);

    private static Convolution2d Convolve(long inChannels, long outChannels, int stride = 1) => new(inChannels, outChannels, kernel: 3, stride, padding: 1);

    private static IEnumerable<(string Name, nn.Module Module)> Numbered(int first, ResidualPair[] blocks) =>
        blocks.Select((block, i) => ((first + i).ToString(CultureInfo.InvariantCulture), (nn.Module)block));
}
