namespace FlashDiffusion.Models.Operators.Official;

/// <summary>The research code's noise level: sigma_min (sigma_max / sigma_min)^t, on [0, 1].</summary>
/// <param name="Minimum">Standard deviation at t = 0.</param>
/// <param name="Maximum">Standard deviation at t = 1.</param>
internal sealed record OfficialNoiseLevel(double Minimum, double Maximum)
{
    /// <summary>The level in float64, as for a plain number t.</summary>
    public double Std(double t) => Minimum * Math.Pow(Maximum / Minimum, t);

    /// <summary>The level in float32, as for a tensor t.</summary>
    public float Std(float t) => (float)Minimum * MathF.Pow((float)(Maximum / Minimum), t);
}
