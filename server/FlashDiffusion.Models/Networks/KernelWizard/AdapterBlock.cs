using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks.KernelWizard;

/// <summary>
/// One level of the kernel adapter, a UNet: halve, go deeper (at the bottom: append the kernel code), double. Its input goes along
/// activated, because the published code activates in place before it appends (golden/QUIRKS.md 13).
/// </summary>
internal sealed class AdapterBlock : NetworkModule
{
    private const double Slope = 0.2;
    private readonly HalvingConvolution _down;
    private readonly AdapterBlock? _deeper;
    private readonly DoublingConvolution _up;
    private readonly bool _outermost;

    /// <param name="outer">Channels of its input and output.</param>
    /// <param name="inner">Channels below.</param>
    /// <param name="deeper">The level below; null at the bottom.</param>
    /// <param name="outermost">Whether it is the first level, which activates and appends nothing.</param>
    public AdapterBlock(long outer, long inner, AdapterBlock? deeper, bool outermost = false)
        : base(nameof(AdapterBlock))
    {
        (_deeper, _outermost) = (deeper, outermost);
        _down = new HalvingConvolution(outer, inner);
        _up = new DoublingConvolution(2 * inner, outer, biased: outermost);
        register_module("down", new NamedModules((outermost ? "0" : "1", _down)));
        if (deeper is not null)
        {
            register_module("submodule", deeper);
        }

        register_module("up", new NamedModules(("1", _up)));
    }

    public Tensor Forward(Tensor x, Tensor code)
    {
        var activated = _outermost ? x : nn.functional.leaky_relu(x, Slope);
        var below = _down.Forward(activated);
        var returned = _deeper?.Forward(below, code) ?? cat([below, code], 1);
        var above = _up.Forward(nn.functional.relu(returned));
        return _outermost ? above.tanh() : cat([above, activated], 1);
    }
}
