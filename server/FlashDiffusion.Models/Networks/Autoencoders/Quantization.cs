using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What quantising latents gives: latents (B, C, h, w), code indices (B, h, w) as int64, and the scalar training loss.</summary>
internal sealed record Quantization(Tensor Latents, Tensor Indices, Tensor Loss) : IDisposable
{
    public void Dispose()
    {
        Latents.Dispose();
        Indices.Dispose();
        Loss.Dispose();
    }
}
