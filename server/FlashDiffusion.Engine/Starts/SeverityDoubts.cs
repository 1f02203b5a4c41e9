using System.Globalization;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Starts;

/// <summary>Reasons not to believe a predicted severity.</summary>
internal static class SeverityDoubts
{
    /// <summary>Room for numbers that went through single precision or a text field.</summary>
    private const double RelativeTolerance = 1e-6;

    /// <summary>Every doubt about a severity.</summary>
    /// <param name="look">What the encoder said.</param>
    /// <param name="degradation">The operator and its noise.</param>
    /// <param name="encoder">The encoder, which knows what it was trained on.</param>
    /// <param name="band">Credible residuals; null without noise.</param>
    /// <returns>Notices; none if there is no doubt.</returns>
    public static IEnumerable<Notice> Of(SeverityLook look, OperatorRequest degradation, ISeverityEncoder encoder, ResidualBand? band)
    {
        if (!(look.Severity > 0) || !float.IsFinite(look.Severity))
        {
            yield return new Notice("SEVERITY_INVALID", "The severity encoder gave no positive, finite severity for this measurement.");
            yield break;
        }

        foreach (var (name, range) in encoder.TrainedRanges.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (ValueOf(name, degradation) is { } value && !Widened(range).Contains(value))
            {
                yield return new Notice("SEVERITY_OUT_OF_RANGE", string.Create(CultureInfo.InvariantCulture, $"The severity encoder was trained on {name} from {range.Minimum} to {range.Maximum}, but it is {value:G4} here; the severity may be wrong."));
            }
        }

        foreach (var (name, words) in encoder.TrainedChoices.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (degradation.Spec.Parameters.Values.TryGetValue(name, out var value) && value.Text is { } word && !words.Contains(word))
            {
                yield return new Notice("SEVERITY_OUT_OF_RANGE", $"The severity encoder was trained on {name} {string.Join(", ", words)}, but it is {word} here; the severity may be wrong.");
            }
        }

        if (band is { } credible && look.MeanResidual is { } residual && !credible.Contains(residual))
        {
            yield return new Notice("SEVERITY_CONTRADICTED", string.Create(CultureInfo.InvariantCulture, $"The decoded mean leaves a residual of {residual:G3} noise variances, where {credible.Lowest:G3} to {credible.Highest:G3} would be credible: operator, noise level or measurement are not what the severity encoder knows."));
        }
    }

    private static double? ValueOf(string name, OperatorRequest degradation)
    {
        if (name == "noise_std")
        {
            return degradation.NoiseStd / 2;
        }

        // A caller's own mask overrules the parameters that would have made one.
        return degradation.Spec.Mask is null && degradation.Spec.Parameters.Values.TryGetValue(name, out var value) && value.Text is null ? value.Number : null;
    }

    private static ParameterRange Widened(ParameterRange range)
    {
        var room = RelativeTolerance * Math.Max(Math.Abs(range.Minimum), Math.Abs(range.Maximum));
        return new ParameterRange(range.Minimum - room, range.Maximum + room);
    }
}
