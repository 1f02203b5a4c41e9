using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Requests that arrive at random at the engine's device loop, on a model that takes no time but virtual one.</summary>
internal sealed class VirtualQueue : IDisposable
{
    /// <summary>Share of the time in which there is work.</summary>
    public const double Load = 0.8;

    private const int LeastSteps = 1;
    private const int MostSteps = 30;
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(50);

    private readonly EngineHarness _engine;

    /// <param name="policy">Who goes first.</param>
    /// <param name="ageing">Ageing rate.</param>
    public VirtualQueue(string policy, double ageing) => _engine = new EngineHarness(new EngineOptions
    {
        Policy = policy, Ageing = ageing, MaximumBatch = 1, MaximumSessions = 100_000, Threads = 1,
    })
    {
        StepTime = StepTime,
    };

    /// <summary>Plays requests to the end.</summary>
    /// <returns>Steps of each, and virtual seconds from its arrival to its end.</returns>
    public (IReadOnlyList<int> Steps, IReadOnlyList<double> Seconds) Run(int count, ulong seed)
    {
        var steps = Arrivals.Steps(count, LeastSteps, MostSteps, seed);
        var arrivals = Arrivals.Poisson(count, StepTime.TotalSeconds * steps.Average() / Load, seed + 1);
        var seconds = new double[count];
        var under = new List<(int Number, ReconstructionSession Session)>();
        var began = _engine.Time.GetTimestamp();
        var next = 0;
        while (next < count || under.Count > 0)
        {
            var now = _engine.Time.GetElapsedTime(began).TotalSeconds;
            for (; next < count && arrivals[next] <= now; next++)
            {
                under.Add((next, _engine.Submit(_engine.Request(seed + (ulong)next, startTimestep: steps[next] - 1))));
            }

            if (!_engine.Loop.Tick() && next < count)
            {
                _engine.Time.Advance(TimeSpan.FromSeconds(Math.Max(0, arrivals[next] - now) + 1e-6));
            }

            now = _engine.Time.GetElapsedTime(began).TotalSeconds;
            foreach (var (number, _) in under.Where(entry => entry.Session.HasEnded))
            {
                seconds[number] = now - arrivals[number];
            }

            under.RemoveAll(entry => entry.Session.HasEnded);
        }

        return (steps, seconds);
    }

    public void Dispose() => _engine.Dispose();
}
