using BenchmarkDotNet.Attributes;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>Whether the next unit of work would break a promise, and what runs instead: asked before each while anybody has a deadline.</summary>
public class PromiseBenchmark
{
    private WaitingSamples _waiting = null!;

    /// <summary>Samples under way, half of them promised.</summary>
    [Params(8, 64, 512)]
    public int Samples { get; set; }

    /// <summary>Whether the promises leave hardly any time for anything else.</summary>
    [Params(false, true)]
    public bool Tight { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare() => _waiting = new WaitingSamples(Samples, Tight);

    /// <summary>After all.</summary>
    [GlobalCleanup]
    public void Free() => _waiting.Free();

    /// <summary>Decides.</summary>
    /// <returns>Samples of the batch.</returns>
    [Benchmark]
    public int Keep() => _waiting.Promises.Keep(_waiting.Chosen, _waiting.Scheduler).Work.Length;
}
