using BenchmarkDotNet.Attributes;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>The forecast of every sample's end that each admission and each tick makes.</summary>
public class ForecastBenchmark
{
    private ForecastWork[] _work = [];

    /// <summary>Samples under way.</summary>
    [Params(8, 64, 512)]
    public int Samples { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare() => _work =
    [
        .. Enumerable.Range(0, Samples).Select(i => new ForecastWork(i, "lane", 1 + (i * 37 % 200), rows => 0.03 + (0.024 * rows), 0.01) { Rank = i, MaximumBatch = waiting => Math.Min(8, waiting) }),
    ];

    /// <summary>Plays the schedule to its end.</summary>
    /// <returns>Ends that were foreseen.</returns>
    [Benchmark]
    public int Completions() => Forecast.Completions(_work).Count;
}
