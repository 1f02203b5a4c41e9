using FlashDiffusion.Trainer.Diffusion;
using FlashDiffusion.Trainer.Randomness;

namespace FlashDiffusion.Trainer.Tests.Diffusion;

public class TimestepDrawTests
{
    [Fact]
    public void Draw_ManyBatches_CoversAllTimestepsAndFavoursEarlyOnes()
    {
        var counts = new int[10];
        for (var step = 0; step < 200; step++)
        {
            var random = new StepRandom(1, step);
            foreach (var timestep in TimestepDraw.Draw(ref random, 32, 1000))
            {
                counts[timestep / 100]++;
            }
        }

        // 19 of 32 uniform over ten bins, 13 over the first three.
        Assert.All(counts.Take(3), count => Assert.InRange(count, 1150, 1340));
        Assert.All(counts.Skip(3), count => Assert.InRange(count, 330, 430));
    }
}
