using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Starts;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Probes;

/// <summary>
/// Looks at measurements with a severity encoder, always in the same padded shape: a last bit that changed with the number of
/// companions could move a start index. Device thread only.
/// </summary>
/// <param name="rows">Rows of that shape.</param>
internal sealed class SeverityStage(int rows)
{
    /// <summary>Looks at measurements of one lane; if that throws, at each alone. Calls back every probe once.</summary>
    /// <param name="probes">The probes, at most as many as the shape has rows.</param>
    /// <param name="looked">Called when the device is done, before the probes.</param>
    public void Run(IReadOnlyList<SeverityProbe> probes, Action looked)
    {
        ProbeResult[] results;
        try
        {
            results = Attempt(probes);
        }
        catch (Exception exception) when (probes.Count == 1)
        {
            probes[0].Failed(TorchErrors.FailureOf(exception, "severity encoder", null));
            return;
        }
        catch (Exception)
        {
            foreach (var probe in probes)
            {
                Run([probe], () => { });
            }

            return;
        }

        looked();
        for (var row = 0; row < probes.Count; row++)
        {
            probes[row].Done(results[row]);
        }
    }

    private ProbeResult[] Attempt(IReadOnlyList<SeverityProbe> probes)
    {
        var model = probes[0].Model.Model;
        SeverityProbe[] padded = [.. Enumerable.Range(0, Math.Max(rows, probes.Count)).Select(row => probes[Math.Min(row, probes.Count - 1)])];
        Workpiece[] pieces = [.. padded.Select(probe => probe.Piece)];
        using var bound = BoundOperator.Bind([], pieces, [.. padded.Select(probe => probe.Measurement)], model.Device);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var counter = new CallCounter();
        var counting = new CountingModel(model, counter);
        var measurements = stack(padded.Select(probe => probe.Measurement));
        var images = bound.Operator is { } op ? op.ToImage(measurements) : PictureFrame.Reflect(measurements, pieces[0].Working);
        var (means, severities) = Look(probes[0].Encoder, counting, images);
        var residuals = new double?[padded.Length];
        var gains = new double?[padded.Length];
        var decoded = new HostTensor?[probes.Count];
        if (pieces.Any(piece => piece.ResidualStd is not null) || padded.Any(probe => probe.WantsDecodedMean))
        {
            var pictures = counting.Decode(means, Quantisation.Nearest);
            residuals = Residuals.Scaled(bound, pictures, pieces);
            gains = Residuals.DetailGains(bound, pictures, pieces);
            decoded = padded.Any(probe => probe.WantsDecodedMean) ? HostCopies.RowsToHost(PictureFrame.Crop(pictures, pieces[0].Picture)) : new HostTensor?[padded.Length];
        }

        var calls = counter.PerRow(padded.Length);
        return [.. probes.Select((probe, row) => new ProbeResult(
            new SeverityLook(severities[row], residuals[row], gains[row]),
            means[row].clone().DetachFromDisposeScope(),
            probe.WantsDecodedMean ? decoded[row] : null,
            calls))];
    }

    private static (Tensor Means, float[] Severities) Look(ISeverityEncoder? encoder, CountingModel model, Tensor images)
    {
        if (encoder is null)
        {
            return (model.Encode(images), Enumerable.Repeat(float.NaN, (int)images.shape[0]).ToArray());
        }

        var estimate = encoder.Estimate(images);
        return (estimate.Mean, HostCopies.ToHost(estimate.Severity).Values);
    }
}
