using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Replaces each latent vector by the nearest code of a learnt codebook.</summary>
/// <remarks>van den Oord et al., Neural Discrete Representation Learning (arXiv 1711.00937); gradients pass straight through.</remarks>
internal sealed class VectorQuantizer : NetworkModule
{
    private const double CommitmentWeight = 0.25;

    private readonly Codebook _codebook;

    public VectorQuantizer(int codes, int channels)
        : base(nameof(VectorQuantizer))
    {
        _codebook = new Codebook(codes, channels);
        register_module("embedding", _codebook);
    }

    /// <param name="z">Latents (B, C, h, w).</param>
    public Quantization Forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        var batch = z.shape[0];
        var vectors = z.permute(0, 2, 3, 1).contiguous();
        var flat = vectors.view(-1, vectors.shape[3]);
        var indices = Distances(flat.detach()).argmin(1);
        var codes = _codebook.Lookup(indices).view(vectors.shape);
        // Published weighting: the codebook follows the latents with full weight on the commitment's side of the two terms.
        var loss = (codes.detach() - vectors).square().mean() + CommitmentWeight * (codes - vectors.detach()).square().mean();
        var quantized = (vectors + (codes - vectors).detach()).permute(0, 3, 1, 2).contiguous();
        return new Quantization(
            quantized.MoveToOuterDisposeScope(),
            indices.view(batch, z.shape[2], z.shape[3]).MoveToOuterDisposeScope(),
            loss.MoveToOuterDisposeScope());
    }

    /// <summary>The quantised latents alone, without the loss.</summary>
    public Tensor Quantize(Tensor z)
    {
        using var result = Forward(z);
        return result.Latents.alias();
    }

    /// <summary>The latents (B, C, h, w) of given codes.</summary>
    /// <param name="indices">Code indices (B, h, w), int64.</param>
    public Tensor FromIndices(Tensor indices)
    {
        using var scope = NewDisposeScope();
        var codes = _codebook.Lookup(indices.view(-1)).view(indices.shape[0], indices.shape[1], indices.shape[2], -1);
        return codes.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Gap between the squared distances to the nearest and second nearest code, per position: small gaps make the choice uncertain.</summary>
    /// <param name="z">Latents (B, C, h, w).</param>
    /// <returns>(B h w), in the order of the indices.</returns>
    public Tensor Margins(Tensor z)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var flat = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]);
        var (nearest, _) = Distances(flat).topk(2, dim: 1, largest: false);
        return (nearest.select(1, 1) - nearest.select(1, 0)).MoveToOuterDisposeScope();
    }

    private Tensor Distances(Tensor vectors)
    {
        using var ungraded = no_grad();
        var codes = _codebook.Codes;
        return vectors.square().sum(1, keepdim: true) + codes.square().sum(1) - 2 * vectors.matmul(codes.t());
    }
}
