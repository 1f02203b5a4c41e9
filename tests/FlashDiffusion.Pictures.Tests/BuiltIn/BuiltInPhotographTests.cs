using FlashDiffusion.Pictures.BuiltIn;

namespace FlashDiffusion.Pictures.Tests.BuiltIn;

public sealed class BuiltInPhotographTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(300)]
    public void Square_AnySide_IsAColourfulPicture(int side)
    {
        var square = BuiltInPhotograph.Square(side);

        Assert.Equal((side, side), (square.Width, square.Height));
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            var plane = square.Plane(channel).ToArray();
            var mean = plane.Average();
            Assert.InRange(Math.Sqrt(plane.Average(value => (value - mean) * (value - mean))), 0.15, 0.4);
        }
    }
}
