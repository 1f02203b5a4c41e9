using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>What the severity encoder sees in a measurement (arXiv 2309.06642, section 3).</summary>
/// <param name="Mean">Estimated latent z_hat, (B, C, h, w), with the latent scale in it.</param>
/// <param name="Severity">Estimated variance of the latent error per row, sigma_hat^2, (B), float32, in units of the scaled latent.</param>
public sealed record SeverityEstimate(Tensor Mean, Tensor Severity);
