using System.Globalization;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads where the reverse diffusion starts.</summary>
internal static class AdaptationReader
{
    /// <param name="message">What the request says; null for AUTO.</param>
    /// <param name="timesteps">Length of the model's schedule; null if the model is not known.</param>
    /// <param name="preset">What was tuned for the model, operator and solver; null if nothing was.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static Adaptation Read(V1.Adaptation? message, int? timesteps, SolverPreset? preset, RequestProblems problems)
    {
        message ??= new V1.Adaptation();
        var mode = ModeOf(message.Mode, problems);
        CheckFixed(message, mode, timesteps, problems);
        CheckNumber("adaptation.correction", message.HasCorrection, message.Correction, 0, 2, mode != AdaptationMode.Full, "ADAPTATION_MODE_FULL has no start latent to correct", problems);
        CheckNumber(
            "adaptation.severity_multiplier", message.HasSeverityMultiplier, message.SeverityMultiplier, 0.1, 10,
            mode == AdaptationMode.Auto, "it applies to ADAPTATION_MODE_AUTO only", problems);
        return new Adaptation
        {
            Mode = mode,
            StartTimestep = mode == AdaptationMode.Fixed && message.HasStartTimestep ? message.StartTimestep : null,
            Severity = mode == AdaptationMode.Fixed && message.HasSeverity ? message.Severity : null,
            Correction = message.HasCorrection ? message.Correction : preset?.Correction ?? 1,
            SeverityMultiplier = message.HasSeverityMultiplier ? message.SeverityMultiplier : 1,
            Start = StartOf(message.StartMode, mode, problems),
        };
    }

    private static AdaptationMode ModeOf(V1.AdaptationMode mode, RequestProblems problems)
    {
        switch (mode)
        {
            case V1.AdaptationMode.Unspecified or V1.AdaptationMode.Auto:
                return AdaptationMode.Auto;
            case V1.AdaptationMode.Fixed:
                return AdaptationMode.Fixed;
            case V1.AdaptationMode.Full:
                return AdaptationMode.Full;
            default:
                problems.Add("adaptation.mode", $"There is no adaptation mode {(int)mode}.");
                return AdaptationMode.Auto;
        }
    }

    private static StartMode StartOf(V1.StartMode start, AdaptationMode mode, RequestProblems problems)
    {
        switch (start)
        {
            case V1.StartMode.Unspecified or V1.StartMode.Noise:
                return StartMode.Noise;
            case V1.StartMode.DdimInversion when mode == AdaptationMode.Full:
                problems.Add("adaptation.start_mode", "ADAPTATION_MODE_FULL starts from pure noise, so there is nothing to invert.");
                return StartMode.Noise;
            case V1.StartMode.DdimInversion:
                return StartMode.DdimInversion;
            default:
                problems.Add("adaptation.start_mode", $"There is no start mode {(int)start}.");
                return StartMode.Noise;
        }
    }

    private static void CheckFixed(V1.Adaptation message, AdaptationMode mode, int? timesteps, RequestProblems problems)
    {
        if (mode != AdaptationMode.Fixed)
        {
            if (message.FixedCase != V1.Adaptation.FixedOneofCase.None)
            {
                var field = message.HasStartTimestep ? "start_timestep" : "severity";
                problems.Add($"adaptation.{field}", $"'{field}' fixes the start, which only ADAPTATION_MODE_FIXED allows.");
            }
        }
        else if (message.FixedCase == V1.Adaptation.FixedOneofCase.None)
        {
            problems.Add("adaptation.fixed", "ADAPTATION_MODE_FIXED needs 'start_timestep' or 'severity'.");
        }
        else if (message.HasStartTimestep && (message.StartTimestep < 0 || message.StartTimestep >= timesteps))
        {
            problems.Add("adaptation.start_timestep", $"The start timestep must be from 0 to {(timesteps - 1)?.ToString(CultureInfo.InvariantCulture) ?? "the schedule's end"}, but is {message.StartTimestep}.");
        }
        else if (message.HasSeverity && !(double.IsFinite(message.Severity) && message.Severity > 0))
        {
            problems.Add("adaptation.severity", string.Create(CultureInfo.InvariantCulture, $"The severity must be a finite number above 0, but is {message.Severity}."));
        }
    }

    private static void CheckNumber(
        string field, bool given, double value, double minimum, double maximum, bool applies, string whyNot, RequestProblems problems)
    {
        if (given && !applies)
        {
            problems.Add(field, $"Leave it out: {whyNot}.");
        }
        else if (given && !(value >= minimum && value <= maximum))
        {
            problems.Add(field, string.Create(CultureInfo.InvariantCulture, $"It must lie in [{minimum}, {maximum}], but is {value}."));
        }
    }
}
