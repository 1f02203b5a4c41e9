namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>How many crops of the list run through each kind of chain; the first ones of the list are taken.</summary>
/// <param name="Flash">From their adaptive starts.</param>
/// <param name="Fixed">From one fixed start for all.</param>
/// <param name="Full">From pure noise.</param>
internal sealed record ChainCounts(int Flash, int Fixed, int Full);
