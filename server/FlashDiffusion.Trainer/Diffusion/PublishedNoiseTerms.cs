using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>The published loss of a diffusion network and what it is made of, scalars.</summary>
/// <param name="Loss">What is differentiated.</param>
/// <param name="Simple">The simple loss.</param>
/// <param name="Bound">The variational bound's, unweighted.</param>
internal sealed record PublishedNoiseTerms(Tensor Loss, Tensor Simple, Tensor Bound);
