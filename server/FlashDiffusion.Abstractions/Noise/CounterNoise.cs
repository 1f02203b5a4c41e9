namespace FlashDiffusion.Noise;

/// <summary>
/// The noise of one sample: a counter generator (Philox 4x32-10) under Box-Muller. The key is the seed; the counter is
/// (element / 4, draw, timestep, purpose). Stateless, safe to use from any thread, and the same to the last bit on every machine.
/// </summary>
/// <param name="seed">Seed of the sample.</param>
public sealed class CounterNoise(ulong seed) : INoiseSource
{
    private const float TwoToMinus24 = 1f / 16777216f;

    private readonly uint _key0 = (uint)seed;
    private readonly uint _key1 = (uint)(seed >> 32);

    /// <summary>Seed of the sample.</summary>
    public ulong Seed => ((ulong)_key1 << 32) | _key0;

    /// <inheritdoc/>
    public void FillNormal(NoisePurpose purpose, int timestep, int draw, Span<float> destination)
    {
        Span<uint> radii = stackalloc uint[NormalPairs.Count];
        Span<uint> angles = stackalloc uint[NormalPairs.Count];
        Span<float> numbers = stackalloc float[2 * NormalPairs.Count];
        for (var start = 0; start < destination.Length; start += numbers.Length)
        {
            var rest = destination[start..];
            for (var pair = 0; pair < NormalPairs.Count && 2 * pair < rest.Length; pair += 2)
            {
                (radii[pair], angles[pair], radii[pair + 1], angles[pair + 1]) =
                    Philox.Block((uint)(start + (2 * pair)) >> 2, (uint)draw, (uint)timestep, (uint)purpose, _key0, _key1);
            }

            NormalPairs.Fill(radii, angles, numbers);
            numbers[..Math.Min(numbers.Length, rest.Length)].CopyTo(rest);
        }
    }

    /// <inheritdoc/>
    public void FillUniform(NoisePurpose purpose, int timestep, int draw, Span<float> destination)
    {
        Span<float> four = stackalloc float[4];
        for (var start = 0; start < destination.Length; start += 4)
        {
            var (x0, x1, x2, x3) = Philox.Block((uint)start >> 2, (uint)draw, (uint)timestep, (uint)purpose, _key0, _key1);

            // 24 bits, as many as a float32 in [0, 1) holds evenly.
            (four[0], four[1], four[2], four[3]) = ((x0 >> 8) * TwoToMinus24, (x1 >> 8) * TwoToMinus24, (x2 >> 8) * TwoToMinus24, (x3 >> 8) * TwoToMinus24);
            four[..Math.Min(4, destination.Length - start)].CopyTo(destination[start..]);
        }
    }
}
