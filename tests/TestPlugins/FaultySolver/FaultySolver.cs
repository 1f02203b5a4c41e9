using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.TestPlugins;

/// <summary>Runs ten steps' worth of its trajectory well, then does what its parameter says; its steps take as long as asked for.</summary>
public sealed class FaultySolver : ILatentSolver
{
    private const int GoodSteps = 10;
    private const int LeakedTensors = 16;
    private const int LeakedFloats = 1024;
    private static readonly List<Tensor> Leaked = [];

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "faulty_solver",
        Version = "1.0.0",
        Description = "Fails on purpose after ten steps.",
        Needs = SolverNeeds.None,
        Parameters =
        [
            ParameterDescriptor.Choice("fault", "What happens after ten steps, or in each plan; leak: each step keeps 64 KiB in 16 tensors for ever.", "none", "throw", "memory", "nan", "leak", "hang", "plan_throw", "plan_hang"),
            ParameterDescriptor.Integer("delay", 0, 0, 1000, "Time of a step.") with { Unit = "milliseconds" },
        ],
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        switch (sample.Parameters.Choice("fault"))
        {
            case "plan_throw":
                throw new InvalidOperationException("This solver fails on purpose.");
            case "plan_hang":
                Thread.Sleep(Timeout.Infinite);
                break;
        }

        return new SolverPlan
        {
            Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "plain", new StepCost(1)))],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        Thread.Sleep(batch.Rows.Max(row => row.Spec.Parameters.Integer("delay")));
        if (batch.Rows.Any(row => row.StepIndex >= GoodSteps && row.Spec.Parameters.Choice("fault") == "throw"))
        {
            throw new InvalidOperationException("This solver fails on purpose.");
        }

        if (batch.Rows.Any(row => row.StepIndex >= GoodSteps && row.Spec.Parameters.Choice("fault") == "memory"))
        {
            throw new InsufficientMemoryException("This solver had not enough memory, on purpose.");
        }

        foreach (var _ in batch.Rows.Where(row => row.Spec.Parameters.Choice("fault") == "leak"))
        {
            Leaked.AddRange(Enumerable.Range(0, LeakedTensors).Select(_ => ones(LeakedFloats).DetachFromDisposeScope()));
        }

        if (batch.Rows.Any(row => row.StepIndex >= GoodSteps && row.Spec.Parameters.Choice("fault") == "hang"))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        var poison = batch.Column(row => row.StepIndex >= GoodSteps && row.Spec.Parameters.Choice("fault") == "nan" ? double.NaN : 0);
        return new StepOutput { Latents = ReverseStep.Move(batch, clean, prediction) + poison, PredictedClean = clean };
    }
}
