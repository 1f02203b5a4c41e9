using FlashDiffusion.Sampling;

namespace FlashDiffusion.Correction;

/// <summary>What follows from a sample's parameters for its corrections.</summary>
internal static class CorrectionOptions
{
    public static bool IsWeighted(SampleSpec sample) =>
        sample.Parameters.Values.TryGetValue(CorrectionParameters.Weighting, out var value) && value.Text == "error";

    /// <summary>Whether the research code's optimiser works in the prediction's own memory, so that whoever looks at it later sees the result (QUIRKS 3).</summary>
    public static bool Overwrites(SampleSpec sample) =>
        sample.Compatibility == Compatibility.Official && sample.Parameters.Choice(CorrectionParameters.Start) == CorrectionParameters.FromPrediction;

    /// <summary>Whether guidance sees the corrected latent, since the prediction was overwritten with it; it must then be taken after the solve.</summary>
    public static bool GuidesLate(SampleSpec sample, CorrectionDomain solved) => solved == CorrectionDomain.Latent && Overwrites(sample);

    /// <summary>Mean squared residual at which the solve stops, on [-1, 1].</summary>
    public static double ToleranceOf(SampleSpec sample)
    {
        var given = sample.Parameters.Number(CorrectionParameters.Tolerance);
        return given > 0 ? given : sample.NoiseStd * sample.NoiseStd;
    }

    /// <summary>Weight of the distance from the prediction; nothing where the prediction is the iterate itself.</summary>
    public static double RegularisationOf(SampleSpec sample) => Overwrites(sample) ? 0 : sample.Parameters.Number(CorrectionParameters.Regularisation);

    public static ResampleCoefficients CoefficientsOf(StepRow row)
    {
        var variance = row.Spec.Parameters.Choice(CorrectionParameters.Variance) switch
        {
            "flash" => ResampleVariance.Flash,
            "resample" => ResampleVariance.Resample,
            _ => row.Spec.Compatibility == Compatibility.Official ? ResampleVariance.Flash : ResampleVariance.Resample,
        };
        return ResampleCoefficients.Of(row, row.Spec.Parameters.Number(CorrectionParameters.Gamma), variance);
    }
}
