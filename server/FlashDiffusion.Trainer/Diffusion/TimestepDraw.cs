using FlashDiffusion.Trainer.Randomness;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>
/// Timesteps of a training batch, stratified: three fifths over all, two fifths over the first 300, where adaptive starts lie.
/// </summary>
internal static class TimestepDraw
{
    private const double UniformShare = 0.6;
    private const double EarlyShare = 0.3;

    public static long[] Draw(ref StepRandom random, int rows, int timesteps)
    {
        var uniform = (int)Math.Round(rows * UniformShare);
        var drawn = new long[rows];
        for (var row = 0; row < rows; row++)
        {
            var (stratum, strata, range) = row < uniform
                ? (row, uniform, (double)timesteps)
                : (row - uniform, rows - uniform, EarlyShare * timesteps);
            drawn[row] = (long)((stratum + random.NextDouble()) / strata * range);
        }

        return drawn;
    }
}
