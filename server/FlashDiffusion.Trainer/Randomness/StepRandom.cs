using TorchSharp;

namespace FlashDiffusion.Trainer.Randomness;

/// <summary>
/// Randomness of one training step as a function of (run seed, step, stream), so that a resumed run draws exactly what an
/// uninterrupted one would have drawn, without any generator state in the checkpoint.
/// </summary>
internal struct StepRandom
{
    private ulong _state;

    public StepRandom(long seed, long step, long stream = 0)
    {
        _state = Mix((ulong)seed + 0x9E3779B97F4A7C15);
        _state = Mix(_state ^ Mix((ulong)step + 0xD1B54A32D192ED03));
        _state = Mix(_state ^ Mix((ulong)stream + 0x8CB92BA72F3D8DD7));
    }

    /// <summary>Uniform in [0,1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>).</summary>
    public int NextInt(int bound) => (int)(NextDouble() * bound);

    /// <summary>A libtorch generator on the CPU for this step's tensors; the caller disposes it.</summary>
    public torch.Generator NextGenerator() => new(Next() >> 1);

    private ulong Next()
    {
        // SplitMix64 (Steele, Lea, Flood 2014).
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
