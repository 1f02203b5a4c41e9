using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>A clean latent after its updates.</summary>
/// <param name="Latent">(B, C, h, w).</param>
/// <param name="Decoded">The picture of the last decoder call with a graph, (B, 3, H, W).</param>
/// <param name="Residual">||y - A(x)|| of that picture, (B).</param>
internal sealed record ConsistentLatent(Tensor Latent, Tensor Decoded, Tensor Residual);
