using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

public sealed class SigmoidVectorTests
{
    [Theory]
    [InlineData(-1, 1, 3e-7)]
    [InlineData(-10, 10, 6e-7)]
    [InlineData(-87, 87, 3e-6)]
    public void Of_NumbersOfARange_AreWithinTheStatedErrorOfTheFunction(double low, double high, double tolerance)
    {
        const int Count = 4096;
        var worst = 0.0;
        for (var i = 0; i <= Count; i++)
        {
            var x = (float)(low + ((high - low) * i / Count));
            var exact = 1 / (1 + Math.Exp(-(double)x));
            worst = Math.Max(worst, Math.Abs(SigmoidVector.Of(Vector512.Create(x))[i % 16] - exact) / exact);
        }

        Assert.InRange(worst, 1e-9, tolerance);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(1e30f, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    public void Of_FarFromZero_Saturates(float x, float expected) => Assert.Equal(expected, SigmoidVector.Of(Vector512.Create(x))[0], 1e-30f);
}
