using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Requests that arrive at the engine's scheduler, in virtual time: every step takes as long as every other, one picture at a time.</summary>
internal static class VirtualQueue
{
    private const long Frequency = 1_000_000;

    /// <summary>Plays requests to the end.</summary>
    /// <param name="policy">Who goes first.</param>
    /// <param name="ageing">Ageing rate.</param>
    /// <param name="requests">The requests.</param>
    /// <returns>Virtual seconds of each from its arrival to its end.</returns>
    public static IReadOnlyList<double> Run(string policy, double ageing, VirtualWork requests)
    {
        var scheduler = new LaneScheduler(SchedulingPolicies.Of(new EngineOptions { Policy = policy, Ageing = ageing }), (_, _) => 1);
        LaneKey[] lanes = [.. Enumerable.Range(0, requests.Lanes).Select(number => QueuedWork.OnlyLane with { Operator = $"operator {number}" })];
        var seconds = new double[requests.Steps.Count];
        var now = 0.0;
        for (var next = 0; next < seconds.Length || scheduler.Count > 0;)
        {
            if (scheduler.Count == 0)
            {
                now = Math.Max(now, requests.Arrivals[next]);
            }

            for (; next < seconds.Length && requests.Arrivals[next] <= now; next++)
            {
                scheduler.Add(new QueuedWork(next, (long)(requests.Arrivals[next] * Frequency), requests.Steps[next], lanes[next % lanes.Length]));
            }

            var batch = scheduler.Next((lane, _) => new SchedulingMoment((long)(now * Frequency), Frequency, Unit(lane)))!;
            var work = (QueuedWork)batch.Work[0];
            now += Unit(batch.Lane);
            if (batch.Lane.Stage == Stage.Decode || --work.RemainingSteps == 0)
            {
                scheduler.Remove(work, batch.Lane);
                if (batch.Lane.Stage == Stage.Step && requests.DecodeSeconds > 0)
                {
                    work.BeginDecode();
                    scheduler.Add(work);
                }
                else
                {
                    seconds[work.Id] = now - requests.Arrivals[(int)work.Id];
                }
            }
        }

        return seconds;

        double Unit(LaneKey lane) => lane.Stage == Stage.Decode ? requests.DecodeSeconds : requests.StepSeconds;
    }
}
