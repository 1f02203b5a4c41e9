using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The transformer's feed-forward net: C -> 4 C with a GELU gate (<c>net.0.proj</c>) -> C (<c>net.2</c>).</summary>
internal sealed class GatedFeedForward : NetworkModule
{
    private readonly LinearMap _projection;
    private readonly LinearMap _out;

    public GatedFeedForward(long channels)
        : base(nameof(GatedFeedForward))
    {
        var inner = 4 * channels;
        _projection = new LinearMap(channels, 2 * inner);
        _out = new LinearMap(inner, channels);
        register_module("net", new NamedModules(("0", new NamedModules(("proj", _projection))), ("2", _out)));
    }

    public Tensor Forward(Tensor x)
    {
        using var projected = _projection.Forward(x);
        var halves = projected.chunk(2, dim: -1);
        using var values = halves[0];
        using var gates = halves[1];
        using var opened = nn.functional.gelu(gates);
        using var gated = values * opened;
        return _out.Forward(gated);
    }
}
