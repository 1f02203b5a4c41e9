using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.GmlDps;

/// <summary>
/// Settings of the tables of arXiv 2309.06642 (c, eta, w), for its CelebA-HQ (applied to FFHQ) and LSUN Bedrooms models at 256x256. Step sizes are the
/// paper's in official mode; the standard mode multiplies them by sqrt(H W / 64^2), 4 at that size, so there they are a quarter.
/// </summary>
internal static class GmlDpsPresets
{
    private const double Factor = 4;

    public static ImmutableArray<NamedPreset> All { get; } =
    [
        Of("gaussian_blur_varying_ffhq", 1.2, 3, 0.05),
        Of("gaussian_blur_varying_lsun", 1.2, 2, 0.05),
        Of("gaussian_blur_fixed_ffhq", 1, 2, 0.05),
        Of("gaussian_blur_fixed_lsun", 1, 2, 0.05),
        Of("nonlinear_blur_ffhq", 1.2, 3, 0.05),
        Of("nonlinear_blur_lsun", 1, 2, 0.05),
        Of("random_inpainting_ffhq", 1, 10, 0.05),
        Of("random_inpainting_lsun", 1, 10, 0.05),
    ];

    private static NamedPreset Of(string name, double correction, double scale, double weight) =>
        new(name, correction, Numbers(scale, weight)) { StandardParameters = Numbers(scale / Factor, weight / Factor) };

    private static FrozenDictionary<string, double> Numbers(double scale, double weight) =>
        new Dictionary<string, double> { [GuidanceParameters.Scale] = scale, [GuidanceParameters.LatentWeight] = weight }.ToFrozenDictionary(StringComparer.Ordinal);
}
