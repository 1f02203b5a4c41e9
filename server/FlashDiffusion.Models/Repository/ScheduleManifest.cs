using FlashDiffusion.Schedules;

namespace FlashDiffusion.Models.Repository;

/// <summary>A noise schedule under its published names.</summary>
internal sealed record ScheduleManifest
{
    public int Timesteps { get; init; } = 1000;

    public required double LinearStart { get; init; }

    public required double LinearEnd { get; init; }

    /// <summary><c>linear</c> (linear in the root of beta, as the published code has it) or <c>sqrt_linear</c> (linear in beta).</summary>
    public string BetaSchedule { get; init; } = "linear";

    public NoiseSchedule Create()
    {
        var kind = BetaSchedule switch
        {
            "linear" => Schedules.BetaSchedule.SquareRootLinear,
            "sqrt_linear" => Schedules.BetaSchedule.Linear,
            _ => throw new ModelRepositoryException($"Unknown beta_schedule '{BetaSchedule}'; 'linear' and 'sqrt_linear' are known."),
        };
        try
        {
            return NoiseSchedule.Create(Timesteps, LinearStart, LinearEnd, kind);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelRepositoryException($"Impossible schedule: {exception.Message}", exception);
        }
    }
}
