using System.Collections.Immutable;

namespace FlashDiffusion.Correction;

/// <summary>Parameters that solvers with hard data consistency share, under the same names.</summary>
public static class CorrectionParameters
{
    /// <summary>Every how many moves the predicted clean latent is corrected; 0 for those of <see cref="Last"/> only.</summary>
    public const string Every = "correction_every";

    /// <summary>How many of the last moves are corrected whatever <see cref="Every"/> is.</summary>
    public const string Last = "correction_last";

    /// <summary>Largest number of inner updates.</summary>
    public const string Updates = "correction_updates";

    /// <summary>Learning rate of the inner optimiser.</summary>
    public const string Rate = "correction_rate";

    /// <summary>lambda: weight of the distance from the prediction.</summary>
    public const string Regularisation = "correction_regularisation";

    /// <summary>Where the inner optimiser starts.</summary>
    public const string Start = "correction_start";

    /// <summary>Mean squared residual at which it stops.</summary>
    public const string Tolerance = "correction_tolerance";

    /// <summary>Whether corrections are weighted by the error that they found; absent where a solver does not offer it.</summary>
    public const string Weighting = "correction_weighting";

    /// <summary>gamma of the resampling.</summary>
    public const string Gamma = "resample_gamma";

    /// <summary>Where the resampling takes the unconditional sample to stand.</summary>
    public const string Variance = "resample_variance";

    /// <summary>Words of <see cref="Start"/>.</summary>
    public const string FromPrediction = "prediction";

    /// <summary>Words of <see cref="Start"/>.</summary>
    public const string FromZeros = "zeros";

    /// <summary>Words of <see cref="Start"/>.</summary>
    public const string FromNoise = "noise";

    /// <summary>Descriptors of everything but <see cref="Weighting"/>.</summary>
    /// <param name="every">Default of <see cref="Every"/>.</param>
    /// <param name="updates">Default of <see cref="Updates"/>.</param>
    /// <returns>The descriptors.</returns>
    public static ImmutableArray<ParameterDescriptor> All(int every, int updates) =>
    [
        ParameterDescriptor.Integer(Every, every, 0, 1000, "Every how many steps the predicted clean latent is corrected, counted from the last one, and at the first; 0 for those of correction_last only.") with { Symbol = "z0_pred_corr_every_n" },
        ParameterDescriptor.Integer(Last, 1, 0, 1000, "How many of the last steps are corrected whatever correction_every is.") with { Symbol = "z0_correct_last_n" },
        ParameterDescriptor.Integer(Updates, updates, 0, 1000, "Largest number of inner updates of one correction; each costs a pass through the decoder and back in the latent domain.") with { Symbol = "z0_pred_corr_steps" },
        ParameterDescriptor.Number(Rate, 0.1, 1e-5, 10, "Learning rate of the inner Adam optimiser."),
        ParameterDescriptor.Number(Regularisation, 1, 0, 1e6, "Weight of the squared distance from the prediction beside the squared residual. Without effect in official mode from the prediction itself.") with { Symbol = "lambda" },
        ParameterDescriptor.Choice(Start, "Where the inner optimiser starts: at the prediction, at zeros, or at noise.", FromPrediction, FromZeros, FromNoise) with { Symbol = "z0_pred_corr_init_mode" },
        ParameterDescriptor.Number(Tolerance, 0, 0, 4, "Mean squared residual at which the inner optimiser stops; 0 for the variance of the measurement's noise.") with { Unit = "variance on [-1, 1]", Symbol = "z0_pred_corr_stop_eps" },
        ParameterDescriptor.Number(Gamma, 400, 0, 1e6, "How much the resampling trusts the corrected latent against the unconditional sample.") with { Symbol = "gamma" },
        ParameterDescriptor.Choice(
            Variance,
            "At which noise level the resampling takes the unconditional sample to stand: flash (the step's beginning, as the research code does), resample (its end, where it is); auto is resample, and flash in official mode.",
            "auto", "flash", "resample"),
    ];
}
