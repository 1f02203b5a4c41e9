namespace FlashDiffusion.Trainer.Runs;

/// <summary>Where a run stands. The data's position and all randomness follow from the step and the seed.</summary>
/// <param name="Step">Updates made.</param>
/// <param name="Seconds">Training time spent, over all resumptions.</param>
/// <param name="Seed">The seed that the run began with.</param>
internal sealed record RunPosition(long Step, double Seconds, long Seed);
