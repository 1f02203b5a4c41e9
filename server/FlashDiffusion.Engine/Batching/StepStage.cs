using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Forecasts;
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
/// <param name="memory">Learns what does not fit.</param>
/// <param name="guard">Where solvers are entered and left.</param>
/// <param name="precision">Numbers that networks compute with.</param>
internal sealed class StepStage(BoundOperators operators, BatchSizes sizes, MemoryBudget memory, StepGuard guard, NetworkPrecision precision)
{
    /// <summary>Whether the last batch ran as it was.</summary>
    public bool RanWhole { get; private set; }

    /// <summary>Advances samples of one lane by one step; if that throws, in parts.</summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>One outcome a sample.</returns>
    public IReadOnlyList<RowOutcome> Run(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        RanWhole = true;
        return Try(lane, samples);
    }

    private IReadOnlyList<RowOutcome> Try(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        try
        {
            return Attempt(lane, samples);
        }
        catch (Exception exception) when (exception is not StepAbandonedException)
        {
            RanWhole = false;
            if (TorchErrors.IsOutOfMemory(exception))
            {
                memory.Failed(LaneTiming.Of(lane), samples.Count);
            }

            var parts = BatchSplit.Parts(samples, lane, exception);
            return parts.Count == 0
                ? [.. samples.Select(sample => new RowOutcome(sample) { Failure = TorchErrors.FailureOf(exception, $"step {sample.StepIndex + 1}", sample.StepIndex) })]
                : [.. parts.SelectMany(part => Try(lane, part))];
        }
    }

    private IReadOnlyList<RowOutcome> Attempt(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        var model = samples[0].Model.Model;
        var rows = StepAssembly.Pad(samples, sizes.ComputedRows(lane, samples.Count));
        var bound = operators.For(
            lane,
            [.. rows.Select(sample => sample.Id)],
            lane.Operator.Length == 0 ? [.. rows.Select(sample => sample.Piece with { Degradation = null })] : [.. rows.Select(sample => sample.Piece)],
            [.. rows.Select(sample => sample.Measurement)],
            model.Device);
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var counter = new CallCounter();
        var solver = lane.Runner as ILatentSolver;
        GuardedStep? step = null;
        var batch = StepAssembly.Assemble(rows, new CountingModel(NetworksOf(lane, model), counter) { Calling = () => step?.ThrowIfAbandoned() }, bound);
        StepOutput output;
        step = guard.Enter(solver, samples, bound);
        try
        {
            output = solver is null ? DdimInversion.Step(batch) : solver.Step(batch);
        }
        catch
        {
            guard.Leave(step);
            throw;
        }

        guard.Leave(step);
        return StepCommit.Commit(samples, batch, output, counter);
    }

    // Official mode answers for the research code's numbers, which are float32.
    private ILatentDiffusionModel NetworksOf(LaneKey lane, ILatentDiffusionModel model) =>
        precision == NetworkPrecision.BFloat16 && lane.Compatibility == Compatibility.Standard ? new ReducedPrecisionModel(model) : model;
}
