using BenchmarkDotNet.Attributes;
using FlashDiffusion.Noise;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>Normal numbers of one step of one sample.</summary>
public class NoiseBenchmark
{
    private readonly CounterNoise _noise = new(1);
    private float[] _values = [];

    /// <summary>Numbers in a latent: 64x64 and 256x256 pictures of the starter model.</summary>
    [Params(4 * 16 * 16, 4 * 64 * 64)]
    public int Elements { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare() => _values = new float[Elements];

    /// <summary>Draws them.</summary>
    [Benchmark]
    public void FillNormal() => _noise.FillNormal(NoisePurpose.Step, 500, 0, _values);
}
