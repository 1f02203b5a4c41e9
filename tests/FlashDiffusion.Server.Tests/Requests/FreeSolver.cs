using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>Needs nothing and objects to strengths above one half.</summary>
internal sealed class FreeSolver : ILatentSolver
{
    private static readonly ImmutableArray<NamedPreset> Published =
    [
        new("paper_faces", 1.2, new Dictionary<string, double> { ["strength"] = 0.5, ["rounds"] = 2 }.ToFrozenDictionary())
        {
            StandardParameters = new Dictionary<string, double> { ["strength"] = 0.125, ["rounds"] = 2 }.ToFrozenDictionary(),
            Sampling = new SamplingSpec(SamplerKind.Ddim, 50, 1),
        },
    ];

    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "free",
        Version = "1.0.0",
        Description = "For tests.",
        Needs = SolverNeeds.None,
        Parameters =
        [
            ParameterDescriptor.Number("strength", 0.25, 0, 1, "Strength."),
            ParameterDescriptor.Integer("rounds", 3, 1, 5, "Rounds."),
            ParameterDescriptor.Choice("style", "Style.", "plain", "fancy", "2"),
            NamedPreset.ChoiceOf(Published),
        ],
        Presets = Published,
    };

    public SolverPlan Plan(SampleSpec sample) => sample.Parameters.Number("strength") > 0.5
        ? new SolverPlan { Violations = [new FieldViolation("parameters.strength", "Too strong for this sampler.")] }
        : new SolverPlan { Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "plain", new StepCost(1)))] };

    public StepOutput Step(StepBatch batch) => throw new InvalidOperationException("Mapping starts nothing.");
}
