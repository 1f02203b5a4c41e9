using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.Mpgd;

/// <summary>Parameters of MPGD.</summary>
internal static class MpgdParameters
{
    public const string GuidanceScale = "guidance_scale";
    public const string GuidanceScaling = "guidance_scaling";
    public const string GuidanceTarget = "guidance_target";
    public const string GuidanceWindow = "guidance_window";

    public const string InverseSignal = "inverse_signal";
    public const string CleanLatent = "clean_latent";
    public const string MiddleWindow = "middle";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Number(GuidanceScale, 1.0, 0, 1000, "Step size of the data-consistency gradient. More follows the measurement closer, its noise included; 0 ignores it.") with { Symbol = "c_t", PerStep = true },
        ParameterDescriptor.Choice(
            GuidanceTarget,
            "What the gradient moves: next_latent shifts the latent after the reverse step, as latent_dps does; clean_latent shifts the predicted clean latent before it, as the paper does (it reaches the next latent with the small weight of the posterior mean, so it takes a much larger scale).",
            "next_latent", CleanLatent) with { Symbol = "z_0" },
        ParameterDescriptor.Choice(GuidanceScaling, "constant leaves the scale as it is; inverse_signal divides it by sqrt(abar_t), as the pixel version of the paper does.", "constant", InverseSignal) with { Symbol = "1/sqrt(abar)" },
        ParameterDescriptor.Choice(GuidanceWindow, "all guides every step; middle only timesteps from 0.3 T to 0.7 T, as the paper's Stable Diffusion version does. A start below 0.3 T guides every step in any case.", "all", MiddleWindow),
    ];
}
