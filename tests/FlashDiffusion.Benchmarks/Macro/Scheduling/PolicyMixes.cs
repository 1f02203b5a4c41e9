using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>
/// What the policies are worth by how much severities differ, and by whether requests have one lane or three, as with operators of three shapes or in three sizes:
/// lanes take turns whatever the policy, and so even first come is none among them.
/// </summary>
internal static class PolicyMixes
{
    private const int Several = 3;
    private static readonly StepPace Pace = new(0.05, 0.12);

    // Those of the figure of real servers; those of the manifest's Kodak crops; those of the sweep.
    private static readonly (int Least, int Most)[] Mixes = [(PolicyFigure.LeastSteps, PolicyFigure.MostSteps), (22, 116), (3, 200)];

    /// <summary>The figures of each mix.</summary>
    /// <param name="load">Share of the time in which there is work.</param>
    /// <param name="count">Requests from one seed.</param>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="cancellation">Ends it.</param>
    public static JsonArray Measure(double load, int count, int seeds, CancellationToken cancellation)
    {
        var table = new JsonArray();
        foreach (var (least, most) in Mixes)
        {
            cancellation.ThrowIfCancellationRequested();
            VirtualWork[] runs = [.. Enumerable.Range(1, seeds).Select(seed => VirtualWork.Poisson(load, Arrivals.Steps(count, least, most, (ulong)seed), Pace, waiting: 0, (ulong)seed + 1))];
            var one = PolicyRound.Join([.. runs.Select(VirtualPolicies.Run)]);
            var several = PolicyRound.Join([.. runs.Select(run => VirtualPolicies.Run(run with { Lanes = Several }))]);
            table.Add(new JsonObject
            {
                ["least_steps"] = least,
                ["most_steps"] = most,
                ["one_lane"] = one.Figures(),
                ["three_lanes"] = several.Figures(),
                ["three_lanes_against_one_line"] = (several with { FirstCome = one.FirstCome }).Figures(),
            });
        }

        return table;
    }
}
