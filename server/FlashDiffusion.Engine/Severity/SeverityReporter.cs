using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Severity;

/// <summary>Turns a look of a severity encoder into a report.</summary>
internal static class SeverityReporter
{
    /// <summary>The report.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="piece">The measurement.</param>
    /// <param name="encoder">The encoder that looked.</param>
    /// <param name="result">What it saw.</param>
    /// <param name="band">Credible residuals of the decoded mean; null without noise.</param>
    public static SeverityReport Report(SeverityRequest request, Workpiece piece, ISeverityEncoder encoder, ProbeResult result, ResidualBand? band)
    {
        var start = StartPlanner.Decide(new StartQuestion
        {
            Adaptation = Adaptation.Auto,
            Schedule = request.Model.Model.Schedule,
            Grid = StartGrid.Of(request.Model.Model.Schedule, SamplingSpec.Ddpm, Compatibility.Standard),
            Policy = SeverityPolicy.Warn,
            Degradation = piece.Degradation,
            Encoder = encoder,
            Look = result.Look,
            Band = band,
        });
        return new SeverityReport
        {
            Severity = result.Look.Severity,
            StartTimestep = start.Index,
            SeverityReliable = start.SeverityReliable,
            Notices = start.Notices,
            MeanResidual = result.Look.MeanResidual,
            Latent = request.IncludeLatent ? HostCopies.ToHost(result.Mean) : null,
            DecodedMean = result.DecodedMean,
        };
    }
}
