using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Lmap;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class LmapConformance : SolverConformance
{
    // A dozen iterations instead of two hundred, with and without a second stage.
    protected override IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> ParameterSets =>
    [
        new Dictionary<string, ParameterValue> { ["map_iterations"] = ParameterValue.Of(12) },
        new Dictionary<string, ParameterValue> { ["map_iterations"] = ParameterValue.Of(9), ["restart_share"] = ParameterValue.Of(0.5), ["guidance_scale"] = ParameterValue.Of(0.3) },
        new Dictionary<string, ParameterValue> { ["map_iterations"] = ParameterValue.Of(12), ["restart_share"] = ParameterValue.Of(0) },
    ];

    protected override int Places => 4;

    protected override ILatentSolver CreateSolver() => new LmapSolver();
}
