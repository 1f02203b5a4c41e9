namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>Peak learning rate and momentum of <see cref="Muon"/>, and whether to orthogonalise in bfloat16.</summary>
internal sealed record MuonSettings(double LearningRate = 0.012)
{
    public double Momentum { get; init; } = 0.95;

    public bool Reduced { get; init; } = true;
}
