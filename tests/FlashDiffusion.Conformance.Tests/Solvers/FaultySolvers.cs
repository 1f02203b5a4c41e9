using System.Collections.Immutable;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance.Tests.Solvers;

/// <summary>One planted fault a class, each of a kind that real solvers had.</summary>
internal static class FaultySolvers
{
    /// <summary>The research code's norm over the whole batch.</summary>
    internal sealed class NormOverTheBatch : SoundSolver
    {
        protected override Tensor Norm(Tensor residual) => residual.norm().expand(residual.shape[0]);
    }

    /// <summary>One row's parameters for all.</summary>
    internal sealed class FirstRowsParameters : SoundSolver
    {
        protected override Func<StepRow, double> GuidanceOf(StepBatch batch) => _ => base.GuidanceOf(batch)(batch.Rows[0]);
    }

    /// <summary>Weighs guidance by the number of measured values, one row's for all.</summary>
    internal sealed class FirstRowsOperator : SoundSolver
    {
        protected override Func<StepRow, double> GuidanceOf(StepBatch batch) => row => base.GuidanceOf(batch)(row) * batch.Rows[0].Spec.OperatorPlan!.MeasurementCount / 768;
    }

    /// <summary>One row's timestep for all.</summary>
    internal sealed class FirstRowsTimestep : SoundSolver
    {
        protected override Tensor Timesteps(StepBatch batch) => full([batch.Count], batch.Rows[0].Step.Timestep, dtype: ScalarType.Int64);
    }

    /// <summary>A step in its own count, kept in the solver and not in the scratch.</summary>
    internal sealed class StateOfItsOwn : SoundSolver
    {
        private readonly Dictionary<ulong, int> _calls = [];

        protected override StepOutput Finish(StepBatch batch, StepOutput output)
        {
            var factors = batch.Rows.Select(row => 1 - (0.01f * Math.Min(3, _calls.TryGetValue(SeedOf(row), out var calls) ? calls : 0))).ToArray();
            foreach (var seed in batch.Rows.Select(SeedOf).Distinct())
            {
                _calls[seed] = _calls.GetValueOrDefault(seed) + 1;
            }

            return output with { Latents = output.Latents * tensor(factors).reshape(-1, 1, 1, 1) };
        }
    }

    /// <summary>Notices that a sample vanished before its end, and takes fright.</summary>
    internal sealed class MissesTheCancelled : SoundSolver
    {
        private readonly Dictionary<ulong, bool> _unfinished = [];

        protected override StepOutput Finish(StepBatch batch, StepOutput output)
        {
            var present = batch.Rows.Select(SeedOf).ToHashSet();
            var missing = _unfinished.Any(pair => pair.Value && !present.Contains(pair.Key));
            var finite = output.Latents.flatten(1).isfinite().all(1).data<bool>().ToArray();
            for (var i = 0; i < batch.Count; i++)
            {
                _unfinished[SeedOf(batch.Rows[i])] = finite[i] && (batch.Rows[i].Step.PreviousTimestep >= 0 || !output.Completed![i]);
            }

            return missing ? output with { Latents = output.Latents * 1.01f } : output;
        }
    }

    /// <summary>Drops everybody's step if one row is not finite.</summary>
    internal sealed class GuardsTheWholeBatch : SoundSolver
    {
        protected override StepOutput Finish(StepBatch batch, StepOutput output) =>
            output.Latents.isfinite().all().item<bool>() ? output : output with { Latents = batch.Latents.clone() };
    }

    /// <summary>Turns what is not finite into zeros.</summary>
    internal sealed class HidesNaN : SoundSolver
    {
        protected override Tensor Input(StepBatch batch) => batch.Latents.nan_to_num();

        protected override StepOutput Finish(StepBatch batch, StepOutput output) =>
            output with { Latents = output.Latents.nan_to_num(), Scratch = output.Scratch.ToDictionary(pair => pair.Key, pair => pair.Value.nan_to_num()) };
    }

    /// <summary>Declares a gradient less than it takes.</summary>
    internal sealed class DeclaresLess : SoundSolver
    {
        protected override StepCost Cost(SampleSpec sample) => new(2, 1, 2, 2);
    }

    /// <summary>Decodes once more than declared.</summary>
    internal sealed class DecodesOnceMore : SoundSolver
    {
        protected override StepOutput Finish(StepBatch batch, StepOutput output) =>
            output with { DecodedClean = batch.Model.Decode(output.PredictedClean, Quantisation.Nearest) };
    }

    /// <summary>Decodes the whole batch once a row: right alone, B times too much together.</summary>
    internal sealed class DecodesTheBatchForEachRow : SoundSolver
    {
        protected override StepOutput Finish(StepBatch batch, StepOutput output)
        {
            for (var row = 1; row < batch.Count; row++)
            {
                batch.Model.Decode(output.PredictedClean, Quantisation.None);
            }

            return output;
        }
    }

    /// <summary>Believes whatever it is told.</summary>
    internal sealed class TrustsParameters : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) => sample.Parameters.Violations(Descriptor.Parameters).IsEmpty
            ? base.Plan(sample)
            : new SolverPlan { Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "guided", Cost(sample)))] };
    }

    /// <summary>Throws where it should refuse.</summary>
    internal sealed class ThrowsForParameters : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) => sample.Parameters.Violations(Descriptor.Parameters).IsEmpty
            ? base.Plan(sample)
            : throw new PlantedException("A parameter is wrong.");
    }

    /// <summary>Plans without an operator, and would fail at its first step.</summary>
    internal sealed class TrustsThatThereIsAnOperator : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) =>
            sample.Operator is null ? new SolverPlan { Steps = [new PlannedStep(0, -1, "guided", Cost(sample))] } : base.Plan(sample);
    }

    /// <summary>Keeps a tensor of every step.</summary>
    internal sealed class KeepsTensors : SoundSolver
    {
        private readonly List<Tensor> _kept = [];

        protected override StepOutput Finish(StepBatch batch, StepOutput output)
        {
            _kept.Add(output.PredictedClean.clone().DetachFromDisposeScope());
            return output;
        }
    }

    /// <summary>Changes the measurement that the engine keeps.</summary>
    internal sealed class WritesIntoMeasurements : SoundSolver
    {
        protected override StepOutput Finish(StepBatch batch, StepOutput output)
        {
            batch.Measurements!.mul_(1);
            batch.Measurements!.add_(0.25f);
            return output;
        }
    }

    /// <summary>Calls its last step something else in every second plan.</summary>
    internal sealed class PlansAnew : SoundSolver
    {
        private static int _plans;

        public override SolverPlan Plan(SampleSpec sample)
        {
            var plan = base.Plan(sample);
            return Interlocked.Increment(ref _plans) % 2 == 0 || plan.Steps.IsEmpty ? plan : plan with { Steps = plan.Steps.SetItem(plan.Steps.Length - 1, plan.Steps[^1] with { Kind = "last" }) };
        }
    }

    /// <summary>Says that its steps take no call.</summary>
    internal sealed class PlansNoCalls : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) => Chunked(base.Plan(sample), 0);
    }

    /// <summary>Takes the largest number for one without a limit.</summary>
    internal sealed class PlansAbsurdlyManyCalls : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) => Chunked(base.Plan(sample), int.MaxValue);
    }

    /// <summary>Visits every timestep from the start down, whatever a budget left.</summary>
    internal sealed class IgnoresTheTrajectory : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) => base.Plan(
            sample.Trajectory.IsEmpty ? sample : sample with { Sampling = SamplingSpec.Ddpm, StartIndex = sample.Trajectory[^1], Trajectory = [] });
    }

    /// <summary>Takes no trajectory but the sampler's.</summary>
    internal sealed class RefusesToBeShortened : SoundSolver
    {
        public override SolverPlan Plan(SampleSpec sample) =>
            sample.Trajectory.IsEmpty ? base.Plan(sample) : new SolverPlan { Violations = [new FieldViolation("sampling", "It takes every step.")] };
    }

    /// <summary>A name that the API does not take.</summary>
    internal sealed class NamedBadly : SoundSolver
    {
        public override SolverDescriptor Descriptor => base.Descriptor with { Name = "Not Snake" };
    }

    /// <summary>Returns the latents with their graph.</summary>
    internal sealed class KeepsTheGraph : SoundSolver
    {
        protected override StepOutput Finish(StepBatch batch, StepOutput output) => output with { Latents = output.Latents.detach().requires_grad_() };
    }

    private static SolverPlan Chunked(SolverPlan plan, int chunks) => plan with { Steps = [.. plan.Steps.Select(step => step with { Chunks = chunks })] };
}
