using Xunit;

namespace FlashDiffusion.Conformance;

/// <summary>What the engine asks of a plan before it believes it.</summary>
internal static class PlanContract
{
    /// <summary>Timesteps of the schedule, a kind and one call or more for each step, no calls of networks below 0, no array left out, no more work than a plan may have.</summary>
    public static void Check(SolverPlan? plan, int timesteps, string name)
    {
        Assert.True(plan is not null, $"The plan of {name} is null.");
        var fault = plan.Fault(timesteps);
        Assert.True(fault is null, $"The plan of {name} breaks the contract: {fault}");
    }
}
