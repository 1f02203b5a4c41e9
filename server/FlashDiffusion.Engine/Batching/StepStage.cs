using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Runs one step of a batch: assemble, step, commit. Device thread only.</summary>
/// <param name="operators">Operators bound lately.</param>
internal sealed class StepStage(BoundOperators operators)
{
    /// <summary>
    /// Advances samples of one lane by one step. If the step throws, each sample takes it again alone, so that only the one to blame
    /// fails: nothing was committed, and noise is a function, so that nobody notices.
    /// </summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>One outcome a sample.</returns>
    public IReadOnlyList<RowOutcome> Run(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        try
        {
            return Attempt(lane, samples);
        }
        catch (Exception exception) when (samples.Count == 1)
        {
            return [new RowOutcome(samples[0]) { Failure = TorchErrors.FailureOf(exception, $"step {samples[0].StepIndex + 1}", samples[0].StepIndex) }];
        }
        catch (Exception)
        {
            return [.. samples.SelectMany(sample => Run(lane, [sample]))];
        }
    }

    private IReadOnlyList<RowOutcome> Attempt(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        var model = samples[0].Session.Request.Model.Model;
        var bound = operators.For(
            lane,
            [.. samples.Select(sample => sample.Id)],
            lane.Operator.Length == 0 ? [.. samples.Select(sample => sample.Piece with { Degradation = null })] : [.. samples.Select(sample => sample.Piece)],
            [.. samples.Select(sample => sample.Measurement)],
            model.Device);
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var counter = new CallCounter();
        var batch = StepAssembly.Assemble(samples, new CountingModel(model, counter), bound);
        var output = lane.Runner is ILatentSolver solver ? solver.Step(batch) : DdimInversion.Step(batch);
        return StepCommit.Commit(samples, batch, output, counter);
    }
}
