using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Correction;

namespace FlashDiffusion.Plugins.ReSample;

/// <summary>
/// Settings of the tables of arXiv 2309.06642 (c, gamma), for its CelebA-HQ (applied to FFHQ) and LSUN Bedrooms models at 256x256 in official
/// mode: gamma is theirs for the previous alpha of one timestep, and was not tuned for the standard mode's. With them go DDIM, 500 steps, ddim_eta 1, and the defaults of the other parameters.
/// </summary>
internal static class ReSamplePresets
{
    public static ImmutableArray<NamedPreset> All { get; } =
    [
        Of("gaussian_blur_varying_ffhq", 1.2, 400),
        Of("gaussian_blur_varying_lsun", 1.2, 1000),
        Of("gaussian_blur_fixed_ffhq", 1.2, 2000),
        Of("gaussian_blur_fixed_lsun", 1.2, 200),
        Of("nonlinear_blur_ffhq", 1.2, 200),
        Of("nonlinear_blur_lsun", 1, 1000),
        Of("random_inpainting_ffhq", 1.2, 200),
        Of("random_inpainting_lsun", 1.2, 400),
    ];

    private static NamedPreset Of(string name, double correction, double gamma) =>
        new(name, correction, new Dictionary<string, double> { [CorrectionParameters.Gamma] = gamma }.ToFrozenDictionary(StringComparer.Ordinal)) { Sampling = new SamplingSpec(SamplerKind.Ddim, 500, 1) };
}
