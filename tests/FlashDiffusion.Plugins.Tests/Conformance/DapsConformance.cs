using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Daps;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class DapsConformance : SolverConformance
{
    // Few levels and moves instead of 50 times 35.
    protected override IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> ParameterSets =>
    [
        new Dictionary<string, ParameterValue> { ["annealing_levels"] = ParameterValue.Of(6), ["inner_steps"] = ParameterValue.Of(4) },
        new Dictionary<string, ParameterValue> { ["annealing_levels"] = ParameterValue.Of(8), ["inner_steps"] = ParameterValue.Of(4), ["momentum"] = ParameterValue.Of(0.5), ["step_size"] = ParameterValue.Of(0.0001) },
    ];

    protected override int Places => 4;

    protected override ILatentSolver CreateSolver() => new DapsSolver();
}
