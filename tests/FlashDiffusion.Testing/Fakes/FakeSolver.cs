using System.Collections.Immutable;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>
/// A guided solver that does everything a solver may: gradients through decoder and denoiser, noise, scratch that is carried on. Rows
/// can be told by their seeds to throw, to become NaN, or to need several calls a step.
/// </summary>
internal sealed class FakeSolver : ILatentSolver
{
    public const string Kind = "guided";
    private const string Momentum = "momentum";
    private int _plansAsked;

    /// <summary>Its version.</summary>
    public string Version { get; init; } = "1.0.0";

    public SolverDescriptor Descriptor => new()
    {
        Name = "fake",
        Version = Version,
        Description = "For tests.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = Parameters,
    };

    /// <summary>Seeds whose rows throw.</summary>
    public HashSet<ulong> Throwing { get; } = [];

    /// <summary>What a batch of these rows throws; null for nothing.</summary>
    public Func<IReadOnlyList<StepRow>, Exception?> Throws { get; set; } = _ => null;

    /// <summary>Seeds whose rows become NaN.</summary>
    public HashSet<ulong> Poisoned { get; } = [];

    /// <summary>Seeds whose steps are never complete.</summary>
    public HashSet<ulong> Endless { get; } = [];

    /// <summary>Network calls that its plan says a step needs.</summary>
    public StepCost Cost { get; init; } = new(1, 1, 1, 1);

    /// <summary>Calls that its plan says a step takes at most.</summary>
    public int Chunks { get; set; } = 1;

    /// <summary>Seeds whose rows spoil what the step returns for all of them, and how.</summary>
    public Dictionary<ulong, Func<StepOutput, StepOutput>> Misshapen { get; } = [];

    /// <summary>Its parameters; it makes no use of them.</summary>
    public ImmutableArray<ParameterDescriptor> Parameters { get; init; } = [];

    /// <summary>Seeds of the rows of every step, in order.</summary>
    public List<ImmutableArray<ulong>> Batches { get; } = [];

    /// <summary>Timesteps of the rows of every step, in order.</summary>
    public List<ImmutableArray<int>> Timesteps { get; } = [];

    /// <summary>How often its plan was asked for.</summary>
    public int PlansAsked => _plansAsked;

    /// <summary>Plans that it makes before it throws when it is asked for one.</summary>
    public int PlansLeft { get; set; } = int.MaxValue;

    public static ulong SeedOf(StepRow row) => ((CounterNoise)row.Noise).Seed;

    public SolverPlan Plan(SampleSpec sample)
    {
        Interlocked.Increment(ref _plansAsked);
        if (PlansLeft-- <= 0)
        {
            PlansLeft = 0;
            throw new InvalidOperationException("Told to plan no more.");
        }

        return new SolverPlan
        {
            Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, Kind, Cost) { Chunks = Chunks })],
        };
    }

    public StepOutput Step(StepBatch batch)
    {
        Batches.Add([.. batch.Rows.Select(SeedOf)]);
        Timesteps.Add([.. batch.Rows.Select(row => row.Step.Timestep)]);
        if (batch.Rows.FirstOrDefault(row => Throwing.Contains(SeedOf(row))) is { } bad)
        {
            throw new InvalidOperationException($"Told to throw for seed {SeedOf(bad)}.");
        }

        if (Throws(batch.Rows) is { } exception)
        {
            throw exception;
        }

        var latents = batch.Latents.detach().requires_grad_();
        var prediction = batch.Model.Denoise(latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, latents, prediction);
        var decoded = batch.Model.Decode(clean, Quantisation.None);
        var residual = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var gradient = PerSample.Gradient(residual, latents);
        using var guard = no_grad();
        var momentum = batch.Scratch.TryGetValue(Momentum, out var carried) ? (carried * 0.5f) + gradient : gradient;
        var moved = ReverseStep.Move(batch, clean.detach(), prediction.detach()) - (momentum * 0.01f);
        var poison = tensor(batch.Rows.Select(row => Poisoned.Contains(SeedOf(row)) ? float.NaN : 0f).ToArray()).reshape(-1, 1, 1, 1);
        var output = new StepOutput
        {
            Latents = moved + poison,
            PredictedClean = clean.detach(),
            DecodedClean = decoded.detach(),
            Residual = residual.detach(),
            Completed = Endless.Count == 0 ? null : [.. batch.Rows.Select(row => !Endless.Contains(SeedOf(row)))],
            Scratch = new Dictionary<string, Tensor> { [Momentum] = momentum },
        };
        return batch.Rows.Select(SeedOf).Where(Misshapen.ContainsKey).Aggregate(output, (spoilt, seed) => Misshapen[seed](spoilt));
    }
}
