using System.Runtime.InteropServices;

namespace FlashDiffusion.Noise;

public sealed class CounterNoiseTests
{
    // Made by an independent implementation with the C library's log, sin and cos. They pin the noise function for good: stored
    // seeds must keep giving the same pictures.
    public static TheoryData<ulong, NoisePurpose, int, int, uint[]> StoredNormals => new()
    {
        { 0, NoisePurpose.Step, 0, 0, [0x3FFD1894, 0xBF306D7B, 0x3F9E2FF4, 0x3CAF0078, 0x3F3B217D, 0xBFE453F2] },
        { 42, NoisePurpose.Start, 999, 0, [0xBF8B40FB, 0x3F814D1E, 0x3E8E2493, 0x3F5005E5, 0x3FB661E4, 0xBE8204E8] },
        { ulong.MaxValue, NoisePurpose.Inner, 17, 3, [0xBEC1A3BD, 0xBDB867C9, 0x3E660E3E, 0xBF3F619E, 0xBF11D85A, 0x401FE26E] },
    };

    [Theory]
    [MemberData(nameof(StoredNormals))]
    public void FillNormal_StoredVector_IsEqualToTheLastBit(ulong seed, NoisePurpose purpose, int timestep, int draw, uint[] expected)
    {
        var values = new float[expected.Length];
        new CounterNoise(seed).FillNormal(purpose, timestep, draw, values);
        Assert.Equal(expected, values.Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void FillNormal_TwentyThousandValues_HaveTheStoredHash()
    {
        var values = new float[20000];
        new CounterNoise(123456789012345).FillNormal(NoisePurpose.Degrade, 0, 0, values);
        var hash = values.Aggregate(0xcbf29ce484222325UL, (h, v) => (h ^ BitConverter.SingleToUInt32Bits(v)) * 0x100000001b3UL);
        Assert.Equal(0x6c0d7f00b4ab86c9UL, hash);
    }

    [Fact]
    public void FillUniform_StoredVector_IsEqualToTheLastBit()
    {
        var values = new float[6];
        new CounterNoise(7).FillUniform(NoisePurpose.Mask, 0, 0, values);
        Assert.Equal<uint>([0x3E59403C, 0x3F494927, 0x3D9C5488, 0x3ED545CA, 0x3D12C160, 0x3F2C39D6], values.Select(BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(97)]
    [InlineData(127)]
    [InlineData(129)]
    public void Fill_ShorterLength_IsAPrefix(int length)
    {
        var noise = new CounterNoise(5);
        var (whole, part) = (new float[256], new float[length]);
        noise.FillNormal(NoisePurpose.Step, 10, 0, whole);
        noise.FillNormal(NoisePurpose.Step, 10, 0, part);
        Assert.Equal(whole[..length], part);

        noise.FillUniform(NoisePurpose.Mask, 0, 0, whole);
        noise.FillUniform(NoisePurpose.Mask, 0, 0, part);
        Assert.Equal(whole[..length], part);
    }

    [Fact]
    public void FillNormal_OtherSeedPurposeTimestepOrDraw_GivesUnrelatedNumbers()
    {
        const int n = 10000;
        float[][] all =
        [
            Normals(1, NoisePurpose.Step, 1, 0, n), Normals(2, NoisePurpose.Step, 1, 0, n), Normals(1, NoisePurpose.Start, 1, 0, n),
            Normals(1, NoisePurpose.Step, 2, 0, n), Normals(1, NoisePurpose.Step, 1, 1, n), Normals(1UL << 32, NoisePurpose.Step, 1, 0, n),
        ];
        for (var i = 0; i < all.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var correlation = all[i].Zip(all[j], (a, b) => (double)a * b).Sum() / n;
                Assert.True(Math.Abs(correlation) < 5 / Math.Sqrt(n), $"draws {i} and {j} correlate by {correlation}");
            }
        }
    }

    [Fact]
    public void FillNormal_ManyValues_HasTheMomentsOfAStandardNormal()
    {
        const int n = 400_000;
        var values = Normals(99, NoisePurpose.Degrade, 0, 0, n);
        double Moment(int power) => values.Average(v => Math.Pow(v, power));

        // Five standard errors: those of the first four moments are sqrt(1, 2, 15, 96)/sqrt(n).
        var error = 5 / Math.Sqrt(n);
        Assert.Equal(0, Moment(1), error);
        Assert.Equal(1, Moment(2), error * Math.Sqrt(2));
        Assert.Equal(0, Moment(3), error * Math.Sqrt(15));
        Assert.Equal(3, Moment(4), error * Math.Sqrt(96));
        Assert.All(values, v => Assert.True(float.IsFinite(v)));
    }

    [Theory]
    [InlineData(0u, 0u, 6.660437f, 0f)]
    [InlineData(uint.MaxValue, 0u, 0f, 0f)]
    [InlineData(0u, 0x40000000u, 0f, 6.660437f)]
    [InlineData(0u, 0x80000000u, -6.660437f, 0f)]
    [InlineData(0u, 0xC0000000u, 0f, -6.660437f)]
    public void NormalPairs_ExtremeBits_StayFiniteAndExactAtQuarterTurns(uint radius, uint angle, float first, float second)
    {
        var numbers = new float[2 * NormalPairs.Count];
        NormalPairs.Fill([.. Enumerable.Repeat(radius, NormalPairs.Count)], [.. Enumerable.Repeat(angle, NormalPairs.Count)], numbers);
        foreach (var pair in numbers.Chunk(2))
        {
            Assert.Equal(first, pair[0], 1e-6f);
            Assert.Equal(second, pair[1], 1e-6f);
        }
    }

    // Vectors are as wide as the machine's registers: each place of one must hold what a pair alone would.
    [Fact]
    public void NormalPairs_AnyPlace_IsEqualToTheLastBit()
    {
        var random = new Random(1);
        var (radii, angles) = (new uint[NormalPairs.Count], new uint[NormalPairs.Count]);
        random.NextBytes(MemoryMarshal.AsBytes(radii.AsSpan()));
        random.NextBytes(MemoryMarshal.AsBytes(angles.AsSpan()));
        var (together, alike) = (new float[2 * NormalPairs.Count], new float[2 * NormalPairs.Count]);
        NormalPairs.Fill(radii, angles, together);
        for (var pair = 0; pair < NormalPairs.Count; pair++)
        {
            NormalPairs.Fill([.. Enumerable.Repeat(radii[pair], NormalPairs.Count)], [.. Enumerable.Repeat(angles[pair], NormalPairs.Count)], alike);
            Assert.Equal(alike[..2].Select(BitConverter.SingleToUInt32Bits), together[(2 * pair)..][..2].Select(BitConverter.SingleToUInt32Bits));
        }
    }

    private static float[] Normals(ulong seed, NoisePurpose purpose, int timestep, int draw, int count)
    {
        var values = new float[count];
        new CounterNoise(seed).FillNormal(purpose, timestep, draw, values);
        return values;
    }
}
