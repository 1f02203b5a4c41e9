using FlashDiffusion.Trainer.Randomness;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>Levels of a training batch: ascending within a picture, one in each stratum, so that they stay uniform over [0,1].</summary>
internal static class SeverityLevels
{
    public static double[] Draw(ref StepRandom random, int pictures, int levels)
    {
        var drawn = new double[pictures * levels];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = ((i % levels) + random.NextDouble()) / levels;
        }

        return drawn;
    }
}
