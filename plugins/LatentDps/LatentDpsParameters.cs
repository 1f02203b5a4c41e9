using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.LatentDps;

/// <summary>Parameters of latent DPS.</summary>
internal static class LatentDpsParameters
{
    public const string GuidanceScale = "guidance_scale";
    public const string GuidanceFrequency = "guidance_frequency";
    public const string GuidanceStages = "guidance_stages";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Number(GuidanceScale, 1.0, 0, 100, "Step size of the data-consistency gradient. More follows the measurement closer, its noise included; 0 ignores it.") with { Symbol = "eta" },
        ParameterDescriptor.Number(GuidanceFrequency, 1.0, 0.001, 1, "Share of the steps that are guided: every (1/share)-th, rounded down, counted from the last one. The others cost a third.") with { Symbol = "dc_correct_freq" },
        ParameterDescriptor.Choice(
            GuidanceStages,
            "Which part of the schedule is guided: chaotic (timesteps above 750 of 1000), semantic (301 to 750), refinement (up to 300).",
            "all", "chaotic", "semantic", "refinement", "chaotic+semantic", "chaotic+refinement", "semantic+refinement") with { Symbol = "dc_correct_stage" },
    ];
}
