using System.Collections.Immutable;
using FlashDiffusion.Noise;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>When requests arrive, and how long they are, from a seed.</summary>
internal static class Arrivals
{
    /// <summary>Times of a Poisson process.</summary>
    /// <param name="count">Arrivals.</param>
    /// <param name="interval">Mean seconds between two.</param>
    /// <param name="seed">Seed.</param>
    public static ImmutableArray<double> Poisson(int count, double interval, ulong seed)
    {
        var now = 0.0;
        return [.. Draws(count, 1, seed).Select(draw => now += -interval * Math.Log(1 - draw))];
    }

    /// <summary>Numbers of steps whose logarithms are spread evenly: many mild pictures, few severe ones.</summary>
    public static ImmutableArray<int> Steps(int count, int least, int most, ulong seed) =>
        [.. Draws(count, 2, seed).Select(draw => (int)Math.Round(least * Math.Pow((double)most / least, draw)))];

    /// <summary>Moments from 0 to 1, evenly spread and independent.</summary>
    public static ImmutableArray<double> Moments(int count, ulong seed) => [.. Draws(count, 3, seed).Select(draw => (double)draw)];

    private static float[] Draws(int count, int purpose, ulong seed)
    {
        var draws = new float[count];
        new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, purpose, draws);
        return draws;
    }
}
