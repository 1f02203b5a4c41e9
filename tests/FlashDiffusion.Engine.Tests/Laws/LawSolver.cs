using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>The cheapest solver that does all that a law is about; what a row does follows from its seed.</summary>
/// <remarks>
/// Its numbers are kept, and every operation is written out: TorchSharp lets go of a Scalar that an operator makes as soon as it has its handle, and what other tests allocate meanwhile
/// may end the pause of collections (CollectionPause). Of the millions of steps of laws one then failed with "Unknown scalar type".
/// </remarks>
internal sealed class LawSolver : ILatentSolver
{
    /// <summary>Seeds from here on need two calls a step.</summary>
    public const ulong Chunked = 50;

    /// <summary>Seeds from here on become NaN after their first step.</summary>
    public const ulong Poisoned = 100;

    /// <summary>Seeds from here on throw at their second step.</summary>
    public const ulong Throwing = 200;

    private const string Calls = "calls";
    private static readonly Scalar One = 1;
    private static readonly Scalar MinusOne = -1;
    private static readonly Scalar Kept = 0.9f;
    private static readonly Scalar OfNoise = 0.1f;
    private static readonly Scalar OfPrediction = 0.01f;
    private static readonly Scalar OfResidual = 0.05f;
    private static readonly Scalar OfCompanions = 1e-3f;

    /// <summary>Whether rows see each other, which no solver may do.</summary>
    public bool Couples { get; set; }

    /// <summary>Whether all steps are of one kind.</summary>
    public bool IsUniform { get; init; }

    /// <summary>Calls that its plan says a step takes at most.</summary>
    public int Chunks { get; init; } = 1;

    public SolverDescriptor Descriptor { get; } = new() { Name = "law", Version = "1.0.0", Description = "For laws.", Needs = SolverNeeds.None, Parameters = [] };

    public SolverPlan Plan(SampleSpec sample) => new()
    {
        Steps = [.. ReverseTrajectory.Of(sample).Select((move, i) => new PlannedStep(move.Timestep, move.Previous, i % 3 == 2 && !IsUniform ? "other" : "usual", new StepCost(1)) { Chunks = Chunks })],
    };

    public StepOutput Step(StepBatch batch)
    {
        using var guard = no_grad();
        if (batch.Rows.Any(row => FakeSolver.SeedOf(row) >= Throwing && row.StepIndex >= 1))
        {
            throw new InvalidOperationException("Told to throw.");
        }

        var calls = (batch.Scratch.TryGetValue(Calls, out var carried) ? carried : zeros(batch.Count, 1)).add(One);
        var counts = calls.flatten().data<float>().ToArray();
        bool[] completed = [.. batch.Rows.Select((row, i) => FakeSolver.SeedOf(row) is < Chunked or >= Poisoned || counts[i] >= 2)];
        var poison = tensor([.. batch.Rows.Select(row => FakeSolver.SeedOf(row) is >= Poisoned and < Throwing && row.StepIndex >= 1 ? float.NaN : 1f)]).reshape(-1, 1, 1, 1);
        var moved = batch.Latents.mul(Kept)
            .add(batch.Normal(NoisePurpose.Step, 0).mul(OfNoise), One)
            .add(batch.Model.Denoise(batch.Latents, batch.Timesteps()).mul(OfPrediction), One)
            .mul(poison);
        if (batch.Operator is { } degradation)
        {
            // Element by element, so that only a row's own operator and measurement count.
            var residual = batch.Measurements!.add(degradation.Forward(batch.Model.Decode(batch.Latents, Quantisation.None)), MinusOne);
            moved = moved.add(residual[.., 0, 0, 0].reshape(-1, 1, 1, 1).mul(OfResidual), One);
        }

        if (Couples)
        {
            moved = moved.add(moved.mean().mul(OfCompanions), One);
        }

        return new StepOutput
        {
            Latents = moved,
            PredictedClean = moved,
            Completed = completed,
            Scratch = new Dictionary<string, Tensor> { [Calls] = calls * tensor([.. completed.Select(done => done ? 0f : 1f)]).reshape(-1, 1) },
        };
    }
}
