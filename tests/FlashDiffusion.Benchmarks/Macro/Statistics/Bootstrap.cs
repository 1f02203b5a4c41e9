using FlashDiffusion.Noise;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>How far a figure of whole rounds would move if other rounds had been measured: rounds are drawn again, with what was measured side by side in one kept together.</summary>
internal static class Bootstrap
{
    private const int Draws = 1000;
    private const ulong Seed = 1;

    /// <summary>Standard error of a figure.</summary>
    /// <typeparam name="TRound">What was measured in a round.</typeparam>
    /// <param name="rounds">The rounds, at least one; they count as independent.</param>
    /// <param name="figure">The figure of any rounds, of which some may be there twice.</param>
    public static double Error<TRound>(IReadOnlyList<TRound> rounds, Func<IReadOnlyList<TRound>, double> figure)
    {
        var uniform = new float[Draws * rounds.Count];
        new CounterNoise(Seed).FillUniform(NoisePurpose.Degrade, 0, 0, uniform);
        double[] figures = [.. uniform.Chunk(rounds.Count).Select(draw => figure([.. draw.Select(share => rounds[Math.Min((int)(share * rounds.Count), rounds.Count - 1)])]))];
        var mean = figures.Average();
        return Math.Sqrt(figures.Sum(value => (value - mean) * (value - mean)) / (Draws - 1));
    }
}
