namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>Peak learning rate, moment decays, the guard against division by zero, and decoupled weight decay a unit of learning rate.</summary>
internal sealed record AdamWSettings(double LearningRate = 1e-3)
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    public double Epsilon { get; init; } = 1e-8;

    public double WeightDecay { get; init; }
}
