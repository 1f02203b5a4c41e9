using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>The same requests under each policy, in virtual time.</summary>
internal static class VirtualPolicies
{
    /// <summary>Ageing rate of a server that is told none.</summary>
    public static double DefaultAgeing { get; } = new EngineOptions().Ageing;

    /// <summary>Plays requests to the end under each policy, with the default's ageing.</summary>
    public static PolicyRound Run(VirtualWork requests) => new(
        requests.Steps,
        VirtualQueue.Run(SchedulingPolicies.FirstCome, 0, requests),
        VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, 0, requests),
        VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, DefaultAgeing, requests));

    /// <summary>Plays windows of requests, each from an empty server.</summary>
    /// <param name="windows">How many.</param>
    /// <param name="load">Share of the time in which there is work, were a window endless.</param>
    /// <param name="mix">Steps of the requests of a window, from its seed.</param>
    /// <param name="like">What a step and a decode take, and how many lanes there are.</param>
    public static PolicyRound Windows(int windows, double load, Func<ulong, IReadOnlyList<int>> mix, VirtualWork like) => PolicyRound.Join(
        [.. Enumerable.Range(0, windows).Select(window => Run(VirtualWork.Poisson(load, mix((ulong)(2 * window) + 1), like, (ulong)(2 * window) + 2)))]);
}
