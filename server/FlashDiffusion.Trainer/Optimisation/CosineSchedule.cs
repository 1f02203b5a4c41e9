namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>Learning-rate factor over the progress of a run: linear warm-up, a flat part, then half a cosine to zero.</summary>
/// <param name="WarmUpSteps">Steps of linear warm-up; optimiser moments are empty at the start, also of a continued run.</param>
/// <param name="FlatShare">Share of the run at full rate before the cosine begins, 0 to 1.</param>
internal sealed record CosineSchedule(int WarmUpSteps, double FlatShare)
{
    /// <param name="step">Step about to be taken, from 1.</param>
    /// <param name="progress">Share of the run that lies behind, 0 to 1.</param>
    public double Factor(long step, double progress)
    {
        var warm = WarmUpSteps == 0 ? 1 : Math.Min(1, (double)step / WarmUpSteps);
        var late = FlatShare >= 1 ? 0 : Math.Clamp((progress - FlatShare) / (1 - FlatShare), 0, 1);
        return warm * 0.5 * (1 + Math.Cos(Math.PI * late));
    }
}
