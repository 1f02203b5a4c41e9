using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.LatentDps;

/// <summary>
/// Settings of the tables of arXiv 2309.06642 (c, eta), for its CelebA-HQ (applied to FFHQ) and LSUN Bedrooms models at 256x256. Step sizes are the
/// paper's in official mode; the standard mode multiplies them by sqrt(H W / 64^2), 4 at that size, so there they are a quarter.
/// </summary>
internal static class LatentDpsPresets
{
    private const double Factor = 4;

    public static ImmutableArray<NamedPreset> All { get; } =
    [
        Of("gaussian_blur_varying_ffhq", 1.2, 1),
        Of("gaussian_blur_varying_lsun", 1.2, 2),
        Of("gaussian_blur_fixed_ffhq", 1.2, 3),
        Of("gaussian_blur_fixed_lsun", 1, 2),
        Of("nonlinear_blur_ffhq", 1, 1),
        Of("nonlinear_blur_lsun", 1, 2),
        Of("random_inpainting_ffhq", 1.2, 7),
        Of("random_inpainting_lsun", 1.2, 10),
    ];

    private static NamedPreset Of(string name, double correction, double scale) =>
        new(name, correction, Numbers(scale)) { StandardParameters = Numbers(scale / Factor) };

    private static FrozenDictionary<string, double> Numbers(double scale) =>
        new Dictionary<string, double> { [GuidanceParameters.Scale] = scale }.ToFrozenDictionary(StringComparer.Ordinal);
}
