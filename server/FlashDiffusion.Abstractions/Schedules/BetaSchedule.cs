namespace FlashDiffusion.Schedules;

/// <summary>How the noise added per timestep grows from its first to its last value.</summary>
public enum BetaSchedule
{
    /// <summary>Linear in the square root of beta: what CompVis configurations call <c>linear</c>.</summary>
    SquareRootLinear,

    /// <summary>Linear in beta itself (Ho et al. 2020, DDPM): what CompVis configurations call <c>sqrt_linear</c>.</summary>
    Linear,
}
