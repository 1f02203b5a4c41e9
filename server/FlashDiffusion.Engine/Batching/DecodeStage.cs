using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Decodes finished samples; the final picture is always quantised. Device thread only.</summary>
/// <param name="operators">Operators bound lately.</param>
internal sealed class DecodeStage(BoundOperators operators)
{
    /// <summary>Decodes samples of one lane; if that throws, each alone.</summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>One result a sample.</returns>
    public IReadOnlyList<DecodedSample> Run(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        try
        {
            return Attempt(lane, samples);
        }
        catch (Exception exception) when (samples.Count == 1)
        {
            return [new DecodedSample(samples[0]) { Failure = TorchErrors.FailureOf(exception, "last decode", samples[0].StepIndex) }];
        }
        catch (Exception)
        {
            return [.. samples.SelectMany(sample => Run(lane, [sample]))];
        }
    }

    private List<DecodedSample> Attempt(LaneKey lane, IReadOnlyList<Sample> samples)
    {
        var model = samples[0].Session.Request.Model.Model;
        Workpiece[] pieces = [.. samples.Select(sample => sample.Piece)];
        var bound = operators.For(lane, [.. samples.Select(sample => sample.Id)], pieces, [.. samples.Select(sample => sample.Measurement)], model.Device);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var counter = new CallCounter();
        var decoded = new CountingModel(model, counter).Decode(stack(samples.Select(sample => sample.Latent)), Quantisation.Nearest);
        var finite = HostCopies.FiniteRows(decoded);
        var residuals = Residuals.Scaled(bound, decoded, pieces);
        var pictures = HostCopies.RowsToHost(PictureFrame.Crop(decoded, pieces[0].Picture));
        var results = new List<DecodedSample>(samples.Count);
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            sample.Calls += counter.PerRow(samples.Count);
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
}
