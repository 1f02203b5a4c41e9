using FlashDiffusion.Engine.Configuration;

namespace FlashDiffusion.Engine.Scheduling;

/// <summary>The policies by their names in the configuration.</summary>
internal static class SchedulingPolicies
{
    public const string FirstCome = "first_come";
    public const string ShortestRemaining = "shortest_remaining";
    public const string EarliestDeadline = "earliest_deadline";

    /// <summary>The policy that the options name, promises first.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ISchedulingPolicy Of(EngineOptions options) => new PromisesFirstPolicy(options.Policy switch
    {
        FirstCome => new FirstComePolicy(),
        ShortestRemaining => new ShortestRemainingPolicy(options.Ageing),
        EarliestDeadline => new EarliestDeadlinePolicy(),
        _ => throw new ArgumentException($"There is no scheduling policy '{options.Policy}'.", nameof(options)),
    });
}
