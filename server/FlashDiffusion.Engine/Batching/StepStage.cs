using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Runs one step of a batch: assemble, step, commit. Device thread only.</summary>
/// <param name="operators">Operators bound lately.</param>
/// <param name="sizes">How many rows are computed.</param>
/// <param name="split">Runs batches, in parts if they throw.</param>
/// <param name="guard">Where solvers and networks are entered and left.</param>
/// <param name="precision">Numbers that networks compute with.</param>
internal sealed class StepStage(BoundOperators operators, BatchSizes sizes, BatchSplit split, CallGuard guard, NetworkPrecision precision)
{
    /// <summary>Advances samples of one lane by one step; if that throws, in parts.</summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>One outcome a sample.</returns>
    public IReadOnlyList<RowOutcome> Run(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        var stake = new SampleStake(samples, lane);
        return split.Run(
            lane,
            StepAssembly.Arrange(samples),
            part => Attempt(lane, part, stake),
            (sample, exception) => new RowOutcome(sample) { Failure = TorchErrors.FailureOf(exception, NameOf(sample), sample.StepIndex) });
    }

    private static string NameOf(Sample sample) => $"step {sample.StepIndex + 1} of the solver '{sample.Session.Request.Solver.Descriptor.Name}' {sample.Session.Request.Solver.Descriptor.Version}";

    private IReadOnlyList<RowOutcome> Attempt(LaneKey lane, IReadOnlyList<Sample> samples, SampleStake stake)
    {
        var model = samples[0].Model.Model;
        var rows = StepAssembly.Pad(samples, sizes.ComputedRows(lane, samples.Count));
        stake.Bound = null;
        var bound = stake.Bound = operators.For(
            lane,
            [.. rows.Select(sample => sample.Id)],
            [.. rows.Select(sample => lane.Operator.Length == 0 ? sample.Piece.WithoutOperator() : sample.Piece)],
            [.. rows.Select(sample => sample.Measurement)],
            model.Device,
            stake);
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var counter = new CallCounter();
        var solver = lane.Runner as ILatentSolver;
        GuardedCall? step = null;
        var batch = StepAssembly.Assemble(rows, new CountingModel(NetworksOf(lane, model), counter) { Calling = () => step?.ThrowIfAbandoned() }, NamedOperator.Of(bound, () => step, guard), bound.Measurements);

        // A graphics device may hang as late as here: where the numbers are asked for.
        var (output, finite) = guard.Run((object?)solver ?? model, "A step", stake, call =>
        {
            step = call;
            var output = solver is null ? DdimInversion.Step(batch) : BackwardFaults.Checked(() => solver.Step(batch));
            return (output, StepCommit.Check(batch, output));
        });
        return StepCommit.Commit(samples, batch, output, finite, counter, code => guard.Run(model, "A preview", stake, _ => code()));
    }

    // Official mode answers for the research code's numbers, which are float32.
    private ILatentDiffusionModel NetworksOf(LaneKey lane, ILatentDiffusionModel model) =>
        precision == NetworkPrecision.BFloat16 && lane.Compatibility == Compatibility.Standard ? new ReducedPrecisionModel(model) : model;
}
