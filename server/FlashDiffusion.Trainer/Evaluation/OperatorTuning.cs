namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>What was chosen for an operator family on held-out pictures.</summary>
/// <param name="Guidance">Guidance scale for adaptive starts.</param>
/// <param name="Correction">c of the noise correction.</param>
/// <param name="FullGuidance">Guidance scale from pure noise.</param>
/// <param name="Trials">Everything that was tried.</param>
internal sealed record OperatorTuning(double Guidance, double Correction, double FullGuidance, IReadOnlyList<TuningTrial> Trials)
{
    /// <summary>How guidance grows where a budget leaves fewer steps, as the benchmark <c>few-step-tuning</c> found it; null for not at all.</summary>
    public double? GuidanceExponent { get; init; }
}
