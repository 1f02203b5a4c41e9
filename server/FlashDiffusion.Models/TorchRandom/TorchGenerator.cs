namespace FlashDiffusion.Models.TorchRandom;

/// <summary>
/// Torch's CPU generator after <c>manual_seed</c>, for masks and noise that the research code draws from it. Whole numbers and
/// uniform numbers are equal to the bit; normal numbers up to the last places of torch's float32 logarithm and sine.
/// Stateful, unlike all other randomness here: use it in official mode only.
/// </summary>
/// <param name="seed">The seed; torch's engine uses its low 32 bits.</param>
internal sealed class TorchGenerator(ulong seed)
{
    private const int VectorLength = 16;
    private readonly MersenneTwister _engine = new((uint)seed);
    private double? _pendingNormal;

    /// <summary><c>torch.rand</c> for float32: 24 bits a number, in [0, 1).</summary>
    /// <param name="destination">Receives the numbers.</param>
    public void FillUniform(Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (_engine.Next() & 0xFFFFFF) * (1f / 16777216f);
        }
    }

    /// <summary>One <c>torch.rand(1)</c>.</summary>
    /// <returns>A number in [0, 1).</returns>
    public float NextUniform()
    {
        Span<float> one = stackalloc float[1];
        FillUniform(one);
        return one[0];
    }

    /// <summary><c>torch.randint(high, (1,))</c>.</summary>
    /// <param name="high">Exclusive upper end, 1 to 2^32 - 1.</param>
    /// <returns>A number in 0..high - 1, with torch's slight bias of the remainder.</returns>
    public int NextInteger(int high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high, 1);
        return (int)(_engine.Next() % (uint)high);
    }

    /// <summary><c>torch.randn</c> for contiguous float32: blocks of 16 from 16 numbers on, one by one in float64 below.</summary>
    /// <param name="destination">Receives the numbers.</param>
    public void FillNormal(Span<float> destination)
    {
        if (destination.Length < VectorLength)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (float)NextNormal();
            }

            return;
        }

        FillUniform(destination);
        for (var start = 0; start + VectorLength <= destination.Length; start += VectorLength)
        {
            UniformToNormal(destination.Slice(start, VectorLength));
        }

        if (destination.Length % VectorLength != 0)
        {
            // The last block overlaps the one before it and is drawn afresh.
            var last = destination[^VectorLength..];
            FillUniform(last);
            UniformToNormal(last);
        }
    }

    private static void UniformToNormal(Span<float> block)
    {
        const int half = VectorLength / 2;
        for (var j = 0; j < half; j++)
        {
            var radius = MathF.Sqrt(-2f * (float)Math.Log(1f - block[j]));
            double angle = 2f * MathF.PI * block[j + half];
            block[j] = radius * (float)Math.Cos(angle);
            block[j + half] = radius * (float)Math.Sin(angle);
        }
    }

    private double NextNormal()
    {
        if (_pendingNormal is { } pending)
        {
            _pendingNormal = null;
            return pending;
        }

        var angle = 2 * Math.PI * NextDouble();
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        _pendingNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    // 53 bits of two engine outputs, the first one high.
    private double NextDouble()
    {
        ulong high = _engine.Next();
        return (((high << 32) | _engine.Next()) & 0x1FFFFFFFFFFFFFUL) * (1.0 / 9007199254740992.0);
    }
}
