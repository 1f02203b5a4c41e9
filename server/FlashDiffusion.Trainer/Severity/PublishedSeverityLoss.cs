using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>The paper's loss of a severity encoder: latent error, error of the predicted variance, error of the decoded mean.</summary>
/// <remarks>
/// arXiv 2309.06642, section 3.1: |e|²/d + w_σ (var(e) - σ̂²)² + w_x |D(ẑ) - x|²/d_x, a mean over the pictures of a batch; the true variance
/// is not detached, so that its term pulls at the mean too. Latents are the autoencoder's own, unscaled, here as there (QUIRKS 9). The
/// research code differs in two ways, which <see cref="Compatibility.Official"/> keeps (QUIRKS 11): the picture's term is summed over the
/// batch, so that its weight grows with the batch; and without a picture's term there is no loss at all.
/// </remarks>
internal sealed record PublishedSeverityLoss
{
    /// <summary>w_σ, <c>sigma_reg</c>.</summary>
    public double VarianceWeight { get; init; } = 1;

    /// <summary>w_x, <c>img_space_reg</c>.</summary>
    public double PictureWeight { get; init; } = 1;

    /// <summary>The right loss, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>The loss of a batch, differentiable.</summary>
    /// <param name="autoencoder">The frozen autoencoder.</param>
    /// <param name="prediction">What the encoder says of the degraded pictures.</param>
    /// <param name="latents">Latents of the clean pictures in the autoencoder's own scale, (B, C, h, w).</param>
    /// <param name="clean">Clean pictures, (B, 3, H, W) in [-1,1].</param>
    /// <exception cref="InvalidOperationException">Official mode without a picture's term, where the research code fails.</exception>
    public PublishedSeverityTerms Of(FirstStage autoencoder, SeverityPrediction prediction, Tensor latents, Tensor clean)
    {
        var official = Compatibility == Compatibility.Official;
        if (official && PictureWeight == 0)
        {
            throw new InvalidOperationException("The research code fails where img_space_reg is 0 (it takes the mean of an int); the standard mode does not.");
        }

        var error = prediction.Mean - latents;
        var mean = error.square().flatten(1).sum(1).mean();
        var variance = (SeverityLoss.TrueVariance(error) - prediction.Variance).square().mean();
        var decoded = autoencoder.Decode(prediction.Mean, quantize: true);
        var squares = (decoded - clean).square().flatten(1).sum(1);
        var picture = official ? squares.sum() : squares.mean();
        var loss = (mean / Dimensions(latents)) + (VarianceWeight * variance) + (PictureWeight * picture / Dimensions(clean));
        return new PublishedSeverityTerms(loss, mean, variance, picture, decoded);
    }

    private static long Dimensions(Tensor rows) => rows.numel() / rows.shape[0];
}
