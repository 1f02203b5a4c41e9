using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.LatentRecon;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class LatentReconConformance : SolverConformance
{
    protected override IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> ParameterSets =>
    [
        new Dictionary<string, ParameterValue> { ["latent_weight"] = ParameterValue.Of(0.1) },
        new Dictionary<string, ParameterValue> { ["latent_weight"] = ParameterValue.Of(0.1), ["latent_term"] = ParameterValue.Of("psld"), ["guidance_scaling"] = ParameterValue.Of("none"), ["guidance_scale"] = ParameterValue.Of(0.05) },
        Corrections.Few(every: 2, ("correction_domain_semantic", "latent"), ("correction_weighting", "error")),
        Corrections.Few(every: 3, ("correction_domain_chaotic", "image"), ("guidance_stages", "refinement")),
    ];

    protected override int Places => 4;

    protected override ILatentSolver CreateSolver() => new LatentReconSolver();
}
