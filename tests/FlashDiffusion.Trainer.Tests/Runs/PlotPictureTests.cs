using FlashDiffusion.Trainer.Runs;
using ScottPlot;

namespace FlashDiffusion.Trainer.Tests.Runs;

public sealed class PlotPictureTests
{
    [Fact]
    public void Of_AnyPlot_HasNumbersBelowAndBesideItsAxes()
    {
        using var plot = new Plot();
        plot.Add.Scatter(new double[] { 0, 10, 20 }, new double[] { -1, 3, 2 });

        var picture = PlotPicture.Of(plot, 320, 200);

        // Where the library draws nothing without fonts: left of the axis' ticks and below those of the other.
        Assert.Equal((320, 200), (picture.Width, picture.Height));
        Assert.True(Ink(0, 36, 0, 180) > 40, "no numbers beside the vertical axis");
        Assert.True(Ink(60, 320, 184, 200) > 40, "no numbers below the horizontal axis");

        int Ink(int left, int right, int top, int bottom) => Enumerable.Range(top, bottom - top)
            .Sum(y => Enumerable.Range(left, right - left).Count(x => picture.Plane(0)[(y * picture.Width) + x] < 0.5f));
    }
}
