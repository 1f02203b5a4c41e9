using System.Globalization;
using FlashDiffusion.Sampling;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the reverse process.</summary>
internal static class SamplingReader
{
    /// <param name="message">What the request says; null for DDPM.</param>
    /// <param name="schedule">The model's schedule; null if the model is not known.</param>
    /// <param name="compatibility">Which grids are allowed.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static SamplingSpec Read(V1.Sampling? message, NoiseSchedule? schedule, Compatibility compatibility, RequestProblems problems)
    {
        message ??= new V1.Sampling();
        switch (message.Sampler)
        {
            case V1.Sampler.Unspecified or V1.Sampler.Ddpm:
                CheckDdpm(message, problems);
                return SamplingSpec.Ddpm;
            case V1.Sampler.Ddim:
                return Ddim(message, schedule, compatibility, problems);
            default:
                problems.Add("sampling.sampler", $"There is no sampler {(int)message.Sampler}.");
                return SamplingSpec.Ddpm;
        }
    }

    /// <summary>What a request says of its sampler; null where it says nothing, also in a message that is there: some clients always send one.</summary>
    public static V1.Sampling? Said(V1.Sampling? message) => message?.CalculateSize() > 0 ? message : null;

    /// <summary>A sampler as a request would say it; null for null.</summary>
    public static V1.Sampling? MessageOf(SamplingSpec? sampling) => sampling switch
    {
        null => null,
        { Kind: SamplerKind.Ddim } => new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = sampling.DdimSteps, DdimEta = sampling.DdimEta },
        _ => new V1.Sampling { Sampler = V1.Sampler.Ddpm },
    };

    private static void CheckDdpm(V1.Sampling message, RequestProblems problems)
    {
        if (message.DdimSteps != 0)
        {
            problems.Add("sampling.ddim_steps", "Only SAMPLER_DDIM takes a number of steps; DDPM visits every timestep from the start down.");
        }

        if (message.DdimEta != 0)
        {
            problems.Add("sampling.ddim_eta", "Only SAMPLER_DDIM takes an eta.");
        }
    }

    private static SamplingSpec Ddim(V1.Sampling message, NoiseSchedule? schedule, Compatibility compatibility, RequestProblems problems)
    {
        var spec = new SamplingSpec(SamplerKind.Ddim, message.DdimSteps, message.DdimEta);
        var before = problems.Violations.Count;
        if (!(message.DdimEta is >= 0 and <= 1))
        {
            problems.Add("sampling.ddim_eta", string.Create(CultureInfo.InvariantCulture, $"Eta must lie in [0, 1], but is {message.DdimEta}."));
        }

        if (message.DdimSteps < 1 || message.DdimSteps > schedule?.Timesteps)
        {
            var longest = schedule?.Timesteps.ToString(CultureInfo.InvariantCulture) ?? "the schedule's length";
            problems.Add("sampling.ddim_steps", $"SAMPLER_DDIM needs 1 to {longest} steps, but has {message.DdimSteps}.");
        }

        if (schedule is not null && problems.Violations.Count == before)
        {
            CheckGrid(spec, schedule, compatibility, problems);
        }

        return spec;
    }

    private static void CheckGrid(SamplingSpec spec, NoiseSchedule schedule, Compatibility compatibility, RequestProblems problems)
    {
        try
        {
            _ = ReverseTrajectory.Grid(schedule, spec, compatibility);
        }
        catch (ArgumentOutOfRangeException)
        {
            problems.Add("sampling.ddim_steps", $"The grid of {spec.DdimSteps} steps does not exist in COMPATIBILITY_{compatibility.ToString().ToUpperInvariant()}.");
        }
    }
}
