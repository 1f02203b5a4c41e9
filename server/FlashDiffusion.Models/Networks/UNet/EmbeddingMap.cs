using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The linear map (child 1, after a SiLU that the UNet applies once) from the timestep embedding to a block's channels.</summary>
internal sealed class EmbeddingMap : NetworkModule
{
    private readonly LinearMap _map;

    public EmbeddingMap(long embeddingChannels, long outChannels)
        : base(nameof(EmbeddingMap))
    {
        _map = new LinearMap(embeddingChannels, outChannels);
        register_module("1", _map);
    }

    /// <returns>(B, out, 1, 1).</returns>
    public Tensor Forward(Tensor activatedEmbedding)
    {
        using var flat = _map.Forward(activatedEmbedding);
        return flat.view(flat.shape[0], flat.shape[1], 1, 1);
    }
}
