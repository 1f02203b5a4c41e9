using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Engine.Starts;

/// <summary>
/// Chooses the start of the reverse diffusion (arXiv 2309.06642, section 3): the index whose signal-to-noise ratio is nearest to one
/// over the severity, and the noise-corrected start latent. Whatever is clamped or overruled becomes a notice. Pure.
/// </summary>
internal static class StartPlanner
{
    private const double WideningFactor = 2;

    /// <summary>Decides.</summary>
    /// <param name="question">All that matters.</param>
    public static StartDecision Decide(StartQuestion question) => question.Adaptation.Mode switch
    {
        AdaptationMode.Full => Full(question, []),
        AdaptationMode.Fixed => Fixed(question),
        _ => Auto(question),
    };

    private static StartDecision Auto(StartQuestion question)
    {
        if (question.Encoder is null || question.Degradation is null || question.Look is not { } look)
        {
            var name = question.Degradation?.Spec.Name;
            return Full(question, [new Notice("NO_SEVERITY_ENCODER", name is null
                ? "Without a forward operator no severity encoder is chosen, so the diffusion starts from pure noise."
                : $"The model has no severity encoder for '{name}', so the diffusion starts from pure noise.")]);
        }

        ImmutableArray<Notice> notices = [.. SeverityDoubts.Of(look, question.Degradation, question.Encoder, question.Band)];
        var reliable = notices.IsEmpty;
        if (question.Compatibility == Compatibility.Official)
        {
            return Official(question, look.Severity) with { SeverityReliable = reliable, Notices = notices };
        }

        if (!float.IsFinite(look.Severity) || look.Severity < 0)
        {
            return Full(question, notices) with { SeverityReliable = false };
        }

        var severity = look.Severity * question.Adaptation.SeverityMultiplier;
        if (!reliable && question.Policy == SeverityPolicy.Full)
        {
            return Full(question, notices.Add(new Notice("SEVERITY_IGNORED", "The severity is unreliable, so the diffusion starts from pure noise."))) with { SeverityReliable = false };
        }

        if (!reliable && question.Policy == SeverityPolicy.Widen)
        {
            severity *= WideningFactor;
            notices = notices.Add(new Notice("SEVERITY_WIDENED", "The severity is unreliable, so it was doubled to be on the safe side: the diffusion starts earlier."));
        }

        if (!question.Adaptation.Start.Equals(StartMode.DdimInversion) && severity * question.Adaptation.Correction > StartStep.LargestNoiseShare)
        {
            return Full(question, notices.Add(new Notice("SEVERITY_TOO_LARGE", "The severity is so large that the start latent would hold nearly no signal, so the diffusion starts from pure noise."))) with { SeverityReliable = reliable };
        }

        return Matched(question, severity, AdaptationMode.Auto, notices) with { SeverityReliable = reliable };
    }

    private static StartDecision Fixed(StartQuestion question)
    {
        ImmutableArray<Notice> notices = question.Encoder is null
            ? [new Notice("START_FROM_ENCODED_MEASUREMENT", "There is no severity encoder for this operator, so the start latent is the plain encoding of the measurement's picture.")]
            : [];
        if (question.Adaptation.Severity is { } severity)
        {
            return question.Compatibility == Compatibility.Official
                ? Official(question, (float)severity) with { Mode = AdaptationMode.Fixed, Notices = notices }
                : Matched(question, severity, AdaptationMode.Fixed, notices);
        }

        var timestep = question.Adaptation.StartTimestep ?? 0;
        var start = Matched(question, 1 / question.Schedule.SignalToNoise[timestep], AdaptationMode.Fixed, notices);
        var reached = question.Grid.Timesteps[start.Index];
        return reached == timestep
            ? start
            : start with { Notices = start.Notices.Add(new Notice("START_TIMESTEP_MOVED", $"Timestep {timestep} is not on the sampler's grid; the diffusion starts at {reached}.")) };
    }

    private static StartDecision Matched(StartQuestion question, double severity, AdaptationMode mode, ImmutableArray<Notice> notices)
    {
        var inverts = question.Adaptation.Start == StartMode.DdimInversion;
        var start = StartStep.Find(question.Grid.SignalToNoise, (float)severity, inverts ? null : (float)question.Adaptation.Correction);
        if (start.SeverityClamped)
        {
            notices = notices.Add(new Notice("SEVERITY_CLAMPED", "The severity lies beyond the ends of the noise schedule and was moved to its border."));
        }

        if (start.NoiseShareClamped)
        {
            notices = notices.Add(new Notice("START_NOISE_CLAMPED", $"Correction times severity exceeds {StartStep.LargestNoiseShare}; the start latent keeps that share of noise."));
        }

        return new StartDecision
        {
            Mode = mode,
            Index = start.Index,
            Severity = start.Severity,
            SignalScale = start.SignalScale,
            NoiseScale = start.NoiseScale,
            Inverts = inverts,
            Notices = notices,
        };
    }

    private static StartDecision Official(StartQuestion question, float severity)
    {
        var inverts = question.Adaptation.Start == StartMode.DdimInversion;
        var start = StartStep.FindOfficial(
            question.Grid.SignalToNoise,
            severity,
            question.Adaptation.Mode == AdaptationMode.Auto ? (float)question.Adaptation.SeverityMultiplier : 1,
            inverts ? null : (float)question.Adaptation.Correction);
        return new StartDecision
        {
            Mode = AdaptationMode.Auto,
            Index = start.Index,
            Severity = start.Severity,
            SignalScale = start.SignalScale,
            NoiseScale = start.NoiseScale,
            Inverts = inverts,
        };
    }

    private static StartDecision Full(StartQuestion question, ImmutableArray<Notice> notices) => new()
    {
        Mode = AdaptationMode.Full,
        Index = question.Grid.FullIndex(question.Compatibility),
        SignalScale = 0,
        NoiseScale = 1,
        Notices = notices,
    };
}
