namespace FlashDiffusion.Trainer.Severity;

/// <summary>What a <see cref="SeverityTask"/> may vary.</summary>
/// <param name="Pictures">Clean crops a step.</param>
/// <param name="Levels">Levels at which each crop is degraded.</param>
/// <param name="Side">Side of a crop in pixels.</param>
/// <param name="Seed">Seed of crops, levels and noise.</param>
/// <param name="Reduced">bfloat16 autocast.</param>
internal sealed record SeverityTaskSettings(int Pictures, int Levels, int Side, long Seed, bool Reduced)
{
    /// <summary>Weights of the loss's terms.</summary>
    public SeverityLoss Loss { get; init; } = new();

    /// <summary>The paper's loss in the place of the starter model's; null for the latter.</summary>
    public PublishedSeverityLoss? Published { get; init; }
}
