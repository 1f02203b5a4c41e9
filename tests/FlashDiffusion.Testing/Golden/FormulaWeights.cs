using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing;

/// <summary>The weights of the golden networks: a bit-exact function of a state dictionary's key and the element's index.</summary>
/// <remarks>tests/golden/README.md states the formula (FNV-1a of the key seeds SplitMix64; scaled by fan-in).</remarks>
internal static class FormulaWeights
{
    private const ulong FnvOffset = 0xcbf29ce484222325;
    private const ulong FnvPrime = 0x100000001b3;
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const double UnitScale = 1.0 / (1L << 52);
    private const int ChunkElements = 1 << 18;

    /// <summary>Fills every parameter of a network.</summary>
    /// <param name="network">Network on the CPU, float32.</param>
    /// <param name="prefix">What stands before the network's keys in the module that the fixture names.</param>
    /// <param name="seedPrefix">What stands before the whole key where it is hashed (<c>ema|</c>, <c>sevenc|</c>).</param>
    public static void Fill(nn.Module network, string prefix = "", string seedPrefix = "")
    {
        foreach (var (key, target) in network.state_dict())
        {
            Fill(target, prefix + key, seedPrefix + prefix + key);
        }
    }

    /// <summary>Fills one tensor.</summary>
    /// <param name="target">Contiguous float32 tensor on the CPU.</param>
    /// <param name="key">State key, which decides about the scale.</param>
    /// <param name="seedKey">Hashed key; null for <paramref name="key"/>.</param>
    /// <param name="gain">Extra factor on tensors of two or more dimensions.</param>
    public static void Fill(Tensor target, string key, string? seedKey = null, double gain = 1)
    {
        var seed = Hash(seedKey ?? key);
        var (scale, offset) = Affine(key, target.shape, gain);
        var values = new float[target.numel()];
        Parallel.For(0, (values.Length + ChunkElements - 1) / ChunkElements, chunk =>
        {
            var first = chunk * ChunkElements;
            FillChunk(values.AsSpan(first, Math.Min(ChunkElements, values.Length - first)), seed + ((ulong)first * Increment), scale, offset);
        });
        using var flat = target.detach().view(-1);
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(flat.bytes);
    }

    /// <summary>The first raw values u in [-1, 1) of a key, before scaling.</summary>
    public static double[] Raw(string seedKey, int count)
    {
        var seed = Hash(seedKey);
        return [.. Enumerable.Range(1, count).Select(i => Unit(seed + ((ulong)i * Increment)))];
    }

    /// <summary>FNV-1a, 64 bit, of the UTF-8 bytes.</summary>
    public static ulong Hash(string text)
        => Encoding.UTF8.GetBytes(text).Aggregate(FnvOffset, (hash, value) => unchecked((hash ^ value) * FnvPrime));

    private static (double Scale, double Offset) Affine(string key, long[] shape, double gain)
    {
        if (key.EndsWith("quantize.embedding.weight", StringComparison.Ordinal))
        {
            return (1, 0);
        }

        if (shape.Length >= 2)
        {
            var fanIn = shape.Skip(1).Aggregate(1L, (product, size) => product * size);
            return (gain * Math.Sqrt(3.0 / fanIn), 0);
        }

        return (0.1, shape.Length == 1 && key.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0);
    }

    private static void FillChunk(Span<float> values, ulong state, double scale, double offset)
    {
        unchecked
        {
            for (var i = 0; i < values.Length; i++)
            {
                state += Increment;
                values[i] = (float)(offset + (Unit(state) * scale));
            }
        }
    }

    private static double Unit(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            return ((z >> 11) * UnitScale) - 1;
        }
    }
}
