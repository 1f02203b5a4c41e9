using System.Collections.Immutable;
using FlashDiffusion.Correction;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.LatentRecon;

/// <summary>Parameters of the general algorithm: those of guidance, those of corrections, and what only the mixture has.</summary>
internal static class LatentReconParameters
{
    public const string Scaling = "guidance_scaling";
    public const string LatentTerm = "latent_term";
    public const string Chaotic = "correction_domain_chaotic";
    public const string Semantic = "correction_domain_semantic";
    public const string Refinement = "correction_domain_refinement";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        .. GuidanceParameters.All,
        ParameterDescriptor.Choice(
            Scaling,
            "What guidance differentiates: norm (the residual's norm), std (its square over the variance of the measurement's noise), none (its square).",
            "norm", "std", "none") with { Symbol = "scaling_method" },
        GuidanceParameters.LatentWeightOf(0, "Weight of the autoencoder's term; 0 for none."),
        ParameterDescriptor.Choice(
            LatentTerm,
            "What the autoencoder's term compares the latent with: gml (the encoding of its own decoding), psld (of its decoding glued to the measurement; linear operators only).",
            "gml", "psld") with { Symbol = "use_psld" },

        // Without corrections, and so latent DPS, until a request asks for them; ReSample's own descriptors correct the last step anyway.
        .. CorrectionParameters.All(every: 0, updates: 100).Select(parameter => parameter.Name == CorrectionParameters.Last ? parameter with { Default = ParameterValue.Of(0) } : parameter),
        Domain(Chaotic, "above 750 of 1000", "none", "image", "latent"),
        Domain(Semantic, "301 to 750 of 1000", "image", "none", "latent"),
        Domain(Refinement, "up to 300 of 1000", "latent", "none", "image"),
        ParameterDescriptor.Choice(
            CorrectionParameters.Weighting,
            "none takes corrections as they are; error takes the share 1 - sigma^2 / max(error, sigma^2) of them, so that a prediction within the noise stays.",
            "none", "error") with { Symbol = "z0_pred_corr_error_weighting" },
    ];

    public static CorrectionDomain DomainOf(SampleSpec sample, DiffusionStage stage) => sample.Parameters.Choice(stage switch
    {
        DiffusionStage.Chaotic => Chaotic,
        DiffusionStage.Semantic => Semantic,
        _ => Refinement,
    }) switch
    {
        "image" => CorrectionDomain.Image,
        "latent" => CorrectionDomain.Latent,
        _ => CorrectionDomain.None,
    };

    private static ParameterDescriptor Domain(string name, string timesteps, params ReadOnlySpan<string> words) =>
        ParameterDescriptor.Choice(name, $"Where corrections are solved at timesteps {timesteps}.", words) with { Symbol = "z0_pred_corr_domain" };
}
