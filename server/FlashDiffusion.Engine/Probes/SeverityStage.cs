using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Probes;

/// <summary>
/// Looks at measurements with a severity encoder, always in the same padded shape: a last bit that changed with the number of
/// companions could move a start index. Device thread only.
/// </summary>
/// <param name="rows">Rows of that shape.</param>
/// <param name="operators">Binds operators.</param>
/// <param name="guard">Where encoders, networks and operators are entered and left.</param>
internal sealed class SeverityStage(int rows, BoundOperators operators, CallGuard guard)
{
    private readonly Queue<(SeverityProbe Probe, ProbeResult Result)> _seen = new();
    private bool _whole;

    /// <summary>Looks at measurements of one lane; if that throws, at each alone. Calls back every probe once.</summary>
    /// <param name="probes">The probes, at most as many as the shape has rows.</param>
    /// <param name="looked">Called when the device is done, before the probes, unless it had to look at them one by one.</param>
    public void Run(IReadOnlyList<SeverityProbe> probes, Action looked)
    {
        // Held back until every probe of the unit has been looked at: if a look hangs, it is all of them that are lost.
        var failed = new List<(SeverityProbe Probe, Failure Failure)>();
        _whole = true;
        var seen = Look(probes, failed, new ProbeStake(probes));
        if (_whole)
        {
            looked();
        }

        foreach (var result in seen)
        {
            _seen.Enqueue(result);
        }

        foreach (var (probe, failure) in failed)
        {
            probe.Failed(failure);
        }

        Settle();
    }

    /// <summary>Calls back those whose look is done; the first thing to do where a thread was lost in one of these calls.</summary>
    public void Settle()
    {
        while (_seen.TryDequeue(out var next))
        {
            try
            {
                next.Probe.Done(next.Result);
            }
            catch (Exception exception) when (exception is not CallAbandonedException)
            {
                // What one makes of its look is no business of the others.
                next.Probe.Failed(TorchErrors.FailureOf(exception, "severity encoder", null));
            }
        }
    }

    private IEnumerable<(SeverityProbe Probe, ProbeResult Result)> Look(IReadOnlyList<SeverityProbe> probes, List<(SeverityProbe Probe, Failure Failure)> failed, ProbeStake stake)
    {
        try
        {
            return probes.Zip(Attempt(probes, stake)).ToArray();
        }
        catch (Exception exception) when (exception is not CallAbandonedException && probes.Count == 1)
        {
            _whole = false;
            failed.Add((probes[0], FailureOf(exception)));
            return [];
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            _whole = false;
            return probes.SelectMany(probe => Look([probe], failed, stake)).ToArray();
        }
    }

    // One alone takes as much as a full shape, and must: so whether it fits is for who sets the shape to say.
    private Failure FailureOf(Exception exception)
    {
        var failure = TorchErrors.FailureOf(exception, "severity encoder", null);
        return rows > 1 && failure.Outcome == SessionOutcome.OutOfMemory
            ? failure with
            {
                Message = FormattableString.Invariant($"The device had not enough memory to look at {rows} pictures of this size at once, as is always done so that a severity does not depend on companions; a smaller picture may fit, or this one with a lower Engine:SeverityBatch on the server."),
            }
            : failure;
    }

    private ProbeResult[] Attempt(IReadOnlyList<SeverityProbe> probes, ProbeStake stake)
    {
        SeverityProbe[] padded = [.. Enumerable.Range(0, Math.Max(rows, probes.Count)).Select(row => probes[Math.Min(row, probes.Count - 1)])];
        Workpiece[] pieces = [.. padded.Select(probe => probe.Piece)];
        var bound = operators.Bind([], pieces, [.. padded.Select(probe => probe.Measurement)], probes[0].Model.Model.Device, stake);
        ProbeResult[] results;
        try
        {
            results = Attempt(probes, padded, pieces, bound, stake);
        }
        catch (CallAbandonedException)
        {
            bound.Dispose();
            throw;
        }
        catch
        {
            operators.Free(bound, stake);
            throw;
        }

        operators.Free(bound, stake);
        return results;
    }

    private ProbeResult[] Attempt(IReadOnlyList<SeverityProbe> probes, SeverityProbe[] padded, Workpiece[] pieces, BoundOperator bound, ProbeStake stake)
    {
        var model = probes[0].Model.Model;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var counter = new CallCounter();
        var counting = new CountingModel(model, counter);
        var measurements = stack(padded.Select(probe => probe.Measurement));
        var images = bound.Operator is { } op
            ? guard.Run(bound.Family!, "The picture of a measurement", stake, _ => op.ToImage(measurements))
            : PictureFrame.Reflect(measurements, pieces[0].Working);
        var (means, severities) = guard.Run(model, "A look of the severity encoder", stake, _ => Look(probes[0].Encoder, counting, images));

        // Who asks for no decode pays for none, whatever his companions ask for.
        var looked = counter.PerRow(padded.Length);
        var residuals = new double?[padded.Length];
        var gains = new double?[padded.Length];
        var decoded = new HostTensor?[probes.Count];
        if (pieces.Any(piece => piece.ResidualStd is not null) || padded.Any(probe => probe.WantsDecodedMean))
        {
            var pictures = guard.Run(model, "A decode", stake, _ => counting.Decode(means, Quantisation.Nearest));
            (residuals, gains) = bound.Family is { } family
                ? guard.Run(family, "A residual", stake, _ => (Residuals.Scaled(bound, pictures, pieces), Residuals.DetailGains(bound, pictures, pieces)))
                : (residuals, gains);
            decoded = padded.Any(probe => probe.WantsDecodedMean) ? HostCopies.RowsToHost(PictureFrame.Crop(pictures, pieces[0].Picture)) : new HostTensor?[padded.Length];
        }

        var calls = counter.PerRow(padded.Length);
        return [.. probes.Select((probe, row) => new ProbeResult(
            new SeverityLook(severities[row], residuals[row], gains[row]),
            means[row].clone().DetachFromDisposeScope(),
            probe.WantsDecodedMean ? decoded[row] : null,
            probe.WantsDecodedMean || pieces[row].ResidualStd is not null ? calls : calls with { DecoderForward = looked.DecoderForward }))];
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
