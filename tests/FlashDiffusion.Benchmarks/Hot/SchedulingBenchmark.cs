using BenchmarkDotNet.Attributes;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>The decision before each unit of work: which lane, which of its samples.</summary>
public class SchedulingBenchmark
{
    private LaneScheduler _scheduler = null!;

    /// <summary>Samples under way.</summary>
    [Params(8, 64, 512)]
    public int Samples { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _scheduler = new LaneScheduler(new PromisesFirstPolicy(new ShortestRemainingPolicy(0.1)), (_, _) => 8);
        for (var i = 0; i < Samples; i++)
        {
            _scheduler.Add(new WaitingWork(i, i % 3));
        }
    }

    /// <summary>Decides.</summary>
    /// <returns>Samples of the batch.</returns>
    [Benchmark]
    public int Next() => _scheduler.Next((_, _) => new SchedulingMoment(1000, 10, 0.05))!.Work.Length;
}
