using System.Collections.Immutable;

namespace FlashDiffusion.Sampling;

/// <summary>Parameters that solvers with a guidance gradient share, under the same names.</summary>
public static class GuidanceParameters
{
    /// <summary>eta: step size of the gradient.</summary>
    public const string Scale = "guidance_scale";

    /// <summary>Share of the moves that are guided.</summary>
    public const string Frequency = "guidance_frequency";

    /// <summary>Stages of the schedule that are guided.</summary>
    public const string Stages = "guidance_stages";

    /// <summary>w: weight of the autoencoder's term beside the residual's.</summary>
    public const string LatentWeight = "latent_weight";

    /// <summary>Descriptors of scale, frequency and stages.</summary>
    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Number(Scale, 1.0, 0, 100, "Step size of the data-consistency gradient. More follows the measurement closer, its noise included; 0 ignores it.") with { Symbol = "eta", PerStep = true },
        ParameterDescriptor.Number(Frequency, 1.0, 0.001, 1, "Share of the steps that are guided: every (1/share)-th, rounded down, counted from the last one, and the first. The others cost a third.") with { Symbol = "dc_correct_freq" },
        ParameterDescriptor.Choice(
            Stages,
            "Which part of the schedule is guided: chaotic (timesteps above 750 of 1000), semantic (301 to 750), refinement (up to 300).",
            "all", "chaotic", "semantic", "refinement", "chaotic+semantic", "chaotic+refinement", "semantic+refinement") with { Symbol = "dc_correct_stage" },
    ];

    /// <summary>Descriptor of the weight of the autoencoder's term, which a budget multiplies as the residual's, so that their ratio stays.</summary>
    /// <param name="defaultValue">Its default.</param>
    /// <param name="description">One sentence for users.</param>
    /// <returns>The descriptor.</returns>
    public static ParameterDescriptor LatentWeightOf(double defaultValue, string description) =>
        ParameterDescriptor.Number(LatentWeight, defaultValue, 0, 100, description) with { Symbol = "w", PerStep = true };
}
