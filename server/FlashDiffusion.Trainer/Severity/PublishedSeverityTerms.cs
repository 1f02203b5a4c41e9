using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>The paper's loss and what it is made of.</summary>
/// <param name="Loss">The scalar to differentiate.</param>
/// <param name="Mean">Squared latent error, summed over a latent, mean over the batch.</param>
/// <param name="Variance">Squared error of the predicted variance, mean over the batch.</param>
/// <param name="Picture">Squared error of the decoded mean, summed over a picture; mean over the batch, or its sum in official mode.</param>
/// <param name="Decoded">The decoded mean, (B, 3, H, W) in [-1,1].</param>
internal sealed record PublishedSeverityTerms(Tensor Loss, Tensor Mean, Tensor Variance, Tensor Picture, Tensor Decoded);
