using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The two linear maps (children 0 and 2) between the sinusoidal embedding and the residual blocks.</summary>
internal sealed class TimeEmbed : NetworkModule
{
    private readonly LinearMap _first;
    private readonly LinearMap _second;

    public TimeEmbed(int modelChannels, int embeddingChannels)
        : base(nameof(TimeEmbed))
    {
        _first = new LinearMap(modelChannels, embeddingChannels);
        _second = new LinearMap(embeddingChannels, embeddingChannels);
        register_module("0", _first);
        register_module("2", _second);
    }

    /// <summary>Returns the embedding after the SiLU with which every residual block would begin.</summary>
    public Tensor ForwardActivated(Tensor sinusoids)
    {
        using var hidden = _first.Forward(sinusoids);
        using var activated = hidden.silu();
        using var embedding = _second.Forward(activated);
        return embedding.silu();
    }
}
