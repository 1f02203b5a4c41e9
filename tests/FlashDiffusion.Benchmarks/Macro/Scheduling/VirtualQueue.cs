using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Requests that arrive at random at the engine's scheduler, in virtual time: every step takes as long as every other.</summary>
internal static class VirtualQueue
{
    /// <summary>Share of the time in which there is work.</summary>
    public const double Load = 0.8;

    private const int LeastSteps = 3;
    private const int MostSteps = 200;
    private const double StepSeconds = 0.05;
    private const long Frequency = 1_000_000;

    /// <summary>Plays requests to the end.</summary>
    /// <param name="policy">Who goes first.</param>
    /// <param name="ageing">Ageing rate.</param>
    /// <param name="count">Requests.</param>
    /// <param name="seed">Seed of arrivals and lengths.</param>
    /// <returns>Steps of each, and virtual seconds from its arrival to its end.</returns>
    public static (IReadOnlyList<int> Steps, IReadOnlyList<double> Seconds) Run(string policy, double ageing, int count, ulong seed)
    {
        var scheduler = new LaneScheduler(SchedulingPolicies.Of(new EngineOptions { Policy = policy, Ageing = ageing }), (_, _) => 1);
        var steps = Arrivals.Steps(count, LeastSteps, MostSteps, seed);
        var arrivals = Arrivals.Poisson(count, StepSeconds * steps.Average() / Load, seed + 1);
        var seconds = new double[count];
        var now = 0.0;
        for (var next = 0; next < count || scheduler.Count > 0;)
        {
            if (scheduler.Count == 0)
            {
                now = Math.Max(now, arrivals[next]);
            }

            for (; next < count && arrivals[next] <= now; next++)
            {
                scheduler.Add(new QueuedWork(next, (long)(arrivals[next] * Frequency), steps[next]));
            }

            var moment = new SchedulingMoment((long)(now * Frequency), Frequency, DateTimeOffset.UnixEpoch.AddSeconds(now), StepSeconds);
            var work = (QueuedWork)scheduler.Next((_, _) => moment)!.Work[0];
            now += StepSeconds;
            if (--work.RemainingSteps == 0)
            {
                scheduler.Remove(work, work.Lane);
                seconds[work.Id] = now - arrivals[(int)work.Id];
            }
        }

        return (steps, seconds);
    }
}
