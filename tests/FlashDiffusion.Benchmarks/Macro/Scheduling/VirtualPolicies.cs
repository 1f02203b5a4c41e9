using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>The same requests under each policy, in virtual time.</summary>
internal static class VirtualPolicies
{
    /// <summary>Ageing rate of a server that is told none.</summary>
    private static readonly double Ageing = new EngineOptions().Ageing;

    /// <summary>Plays requests to the end under each policy, with the default's ageing.</summary>
    public static PolicyRound Run(VirtualWork requests) => new(
        requests.Steps,
        VirtualQueue.Run(SchedulingPolicies.FirstCome, 0, requests),
        VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, 0, requests),
        VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, Ageing, requests));
}
