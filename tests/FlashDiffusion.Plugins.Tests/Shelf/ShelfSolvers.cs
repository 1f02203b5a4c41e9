using FlashDiffusion.Plugins.Ae;
using FlashDiffusion.Plugins.Daps;
using FlashDiffusion.Plugins.Dcdp;
using FlashDiffusion.Plugins.Ddim;
using FlashDiffusion.Plugins.Lmap;
using FlashDiffusion.Plugins.Mpgd;
using FlashDiffusion.Plugins.Pnp;

namespace FlashDiffusion.Plugins.Tests.Shelf;

/// <summary>The solvers beside the paper's, with settings that keep their inner loops short.</summary>
internal static class ShelfSolvers
{
    public static TheoryData<string> Names { get; } = ["ae", "ddim", "mpgd", "pnp", "daps", "dcdp", "dcdp analytic", "lmap", "lmap map only"];

    public static (ILatentSolver Solver, ParameterSet Parameters) Of(string name)
    {
        var (solver, given) = Setting(name);
        var violations = new List<FieldViolation>();
        var set = ParameterSet.Resolve(solver.Descriptor.Parameters, given.ToDictionary(pair => pair.Key, pair => pair.Value), "parameters", violations);
        Assert.Empty(violations);
        return (solver, set);
    }

    private static (ILatentSolver Solver, Dictionary<string, ParameterValue> Given) Setting(string name) => name switch
    {
        "ae" => (new AeSolver(), []),
        "ddim" => (new DdimSolver(), []),
        "mpgd" => (new MpgdSolver(), new() { ["guidance_scale"] = ParameterValue.Of(0.1) }),
        "pnp" => (new PnpSolver(), []),
        "daps" => (new DapsSolver(), new() { ["annealing_levels"] = ParameterValue.Of(8), ["inner_steps"] = ParameterValue.Of(3) }),
        "dcdp" => (new DcdpSolver(), []),
        "dcdp analytic" => (new DcdpSolver(), new() { ["step_rule"] = ParameterValue.Of("analytic") }),
        "lmap" => (new LmapSolver(), new() { ["map_iterations"] = ParameterValue.Of(6), ["guidance_scale"] = ParameterValue.Of(0.1) }),
        _ => (new LmapSolver(), new() { ["map_iterations"] = ParameterValue.Of(6), ["restart_share"] = ParameterValue.Of(0) }),
    };
}
