using FlashDiffusion.V1;

namespace FlashDiffusion.Client;

/// <summary>It has come further. Steps that a resume computes again are not shown again.</summary>
/// <param name="Progress">Step, residual, latent, preview.</param>
public sealed record ReconstructionProgress(Progress Progress) : ReconstructionEvent;
