namespace FlashDiffusion.Optimisation;

/// <summary>What rules the updates of an inner Adam optimiser (arXiv 1412.6980), the same for all rows.</summary>
public sealed record AdamSettings
{
    /// <summary>Decay of the running mean, in [0, 1).</summary>
    public double MeanDecay { get; init; } = 0.9;

    /// <summary>Decay of the running square, in [0, 1).</summary>
    public double SquareDecay { get; init; } = 0.999;

    /// <summary>Added to the root of the square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Share of the iterate that each update takes away, times the learning rate (AdamW, arXiv 1711.05101); 0 for plain Adam.</summary>
    public double WeightDecay { get; init; }
}
