using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Decodes finished samples; the final picture is always quantised. Device thread only.</summary>
/// <param name="operators">Operators bound lately.</param>
/// <param name="sizes">How many rows are computed.</param>
/// <param name="split">Runs batches, in parts if they throw.</param>
/// <param name="guard">Where networks and operators are entered and left.</param>
internal sealed class DecodeStage(BoundOperators operators, BatchSizes sizes, BatchSplit split, CallGuard guard)
{
    /// <summary>Decodes samples of one lane; if that throws, in parts.</summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>One result a sample.</returns>
    public IReadOnlyList<DecodedSample> Run(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        var stake = new SampleStake(samples, lane);
        return split.Run(
            lane,
            StepAssembly.Arrange(samples),
            part => Attempt(lane, part, stake),
            (sample, exception) => new DecodedSample(sample) { Failure = TorchErrors.FailureOf(exception, "last decode", sample.StepIndex) });
    }

    private List<DecodedSample> Attempt(LaneKey lane, IReadOnlyList<Sample> samples, SampleStake stake)
    {
        var model = samples[0].Model.Model;
        var rows = StepAssembly.Pad(samples, sizes.ComputedRows(lane, samples.Count));
        Workpiece[] pieces = [.. rows.Select(sample => sample.Piece)];
        stake.Bound = null;
        var bound = stake.Bound = operators.For(lane, [.. rows.Select(sample => sample.Id)], pieces, [.. rows.Select(sample => sample.Measurement)], model.Device, stake);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var counter = new CallCounter();
        var (decoded, finite, pictures) = guard.Run(model, "A decode", stake, _ =>
        {
            var decoded = new CountingModel(model, counter).Decode(stack(rows.Select(sample => sample.Latent)), Quantisation.Nearest);
            return (decoded, HostCopies.FiniteRows(decoded), HostCopies.RowsToHost(PictureFrame.Crop(decoded, pieces[0].Picture)));
        });
        var residuals = ResidualsOf(bound, decoded, pieces, stake);
        var results = new List<DecodedSample>(samples.Count);
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            sample.Calls += counter.PerRow(rows.Count);
            results.Add(finite[row]
                ? new DecodedSample(sample)
                {
                    Picture = pictures[row],
                    Latent = sample.Session.Request.IncludeLatent ? HostCopies.ToHost(sample.Latent) : null,
                    Residual = residuals[row],
                }
                : new DecodedSample(sample)
                {
                    Failure = new Failure(SessionOutcome.SolverFailed, "NOT_FINITE", "The decoded picture is not finite.") { Step = sample.StepIndex },
                });
        }

        return results;
    }

    private List<double?> ResidualsOf(BoundBatch bound, Tensor decoded, Workpiece[] pieces, SampleStake stake)
    {
        var residuals = new List<double?>(pieces.Length);
        foreach (var part in bound.Parts)
        {
            var (start, count) = (residuals.Count, part.Rows.Length);
            var (own, pictures) = (pieces[start..(start + count)], decoded.narrow(0, start, count));
            residuals.AddRange(part.Family is { } family
                ? guard.Run(family, "A residual", stake, _ => Residuals.Scaled(part, pictures, own))
                : Residuals.Scaled(part, pictures, own));
        }

        return residuals;
    }
}
