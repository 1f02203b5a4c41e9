using BenchmarkDotNet.Attributes;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>When every sample will be done, from the samples themselves: the forecast, and all that it has to know first.</summary>
public class EtaBenchmark
{
    private WaitingSamples _waiting = null!;

    /// <summary>Samples under way.</summary>
    [Params(8, 64, 512)]
    public int Samples { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare() => _waiting = new WaitingSamples(Samples, tight: false);

    /// <summary>After all.</summary>
    [GlobalCleanup]
    public void Free() => _waiting.Free();

    /// <summary>Plays the schedule to its end.</summary>
    /// <returns>Ends that were foreseen.</returns>
    [Benchmark]
    public int Completions() => _waiting.Etas.Completions(_waiting.All).Count;

    /// <summary>The same for one of them, with as many arriving at once as are ever foreseen: once for each request.</summary>
    /// <returns>Seconds.</returns>
    [Benchmark]
    public double Stated() => _waiting.Arrivals.Of(_waiting.All[^1], _waiting.AllButLast)!.Value.Seconds;

    /// <summary>Sums up what is left to do.</summary>
    /// <returns>Seconds.</returns>
    [Benchmark]
    public double Work() => _waiting.All.Sum(_waiting.Etas.Work);
}
