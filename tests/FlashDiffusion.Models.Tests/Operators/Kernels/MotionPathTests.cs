namespace FlashDiffusion.Models.Operators.Kernels;

public sealed class MotionPathTests
{
    [Theory]
    [InlineData(61, 15, 0.5)]
    [InlineData(61, 60, 0)]
    [InlineData(21, 20, 1)]
    [InlineData(3, 0, 0.5)]
    public void Create_AnyPath_SumsToOneAroundItsMiddle(int size, double length, double intensity)
    {
        for (var seed = 0UL; seed < 5; seed++)
        {
            var kernel = MotionPath.Create(size, length, intensity, seed);
            var at = kernel.Values.Select((value, i) => (Value: (double)value, Y: i / size, X: i % size)).ToArray();
            Assert.All(at, pixel => Assert.True(pixel.Value >= 0));
            Assert.Equal(1, at.Sum(pixel => pixel.Value), 1e-5);
            Assert.Equal(size / 2, at.Sum(pixel => pixel.Value * pixel.Y), 1e-3);
            Assert.Equal(size / 2, at.Sum(pixel => pixel.Value * pixel.X), 1e-3);
        }
    }

    [Fact]
    public void Create_NoLength_IsASinglePixel() => Assert.Equal(1, MotionPath.Create(61, 0, 1, 7).Values[(30 * 61) + 30], 1e-6);

    [Fact]
    public void Create_OneSeed_IsOnePathAndAnotherSeedAnother()
    {
        Assert.Equal(MotionPath.Create(31, 15, 0.5, 1).Values, MotionPath.Create(31, 15, 0.5, 1).Values);
        Assert.NotEqual(MotionPath.Create(31, 15, 0.5, 1).Values, MotionPath.Create(31, 15, 0.5, 2).Values);
    }

    // Second moments about the middle: of a straight line of 20 pixels 20^2/12 in all, along one axis only.
    [Fact]
    public void Create_IntensityZero_IsAStraightLineOfItsLength()
    {
        var kernel = MotionPath.Create(61, 20, 0, 3);
        var moments = kernel.Values.Select((value, i) => (Value: (double)value, Y: (i / 61) - 30.0, X: (i % 61) - 30.0)).ToArray();
        var (yy, xx, yx) = (moments.Sum(p => p.Value * p.Y * p.Y), moments.Sum(p => p.Value * p.X * p.X), moments.Sum(p => p.Value * p.Y * p.X));
        Assert.InRange(yy + xx, 20 * 20 / 12.0, (20 * 20 / 12.0) + 1);
        var root = Math.Sqrt(((yy - xx) * (yy - xx)) + (4 * yx * yx));
        Assert.InRange((yy + xx - root) / 2, 0, 0.5);
    }
}
