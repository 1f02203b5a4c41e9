using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.ContactSheets;
using ScottPlot;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>A plot as a picture with numbers at its axes, also on machines without fonts, where the plotting library leaves them out.</summary>
internal static class PlotPicture
{
    private const int Left = 48;
    private const int Bottom = 24;
    private const int Edge = 10;
    private const int Gap = 5;

    /// <summary>Draws a plot of given size in pixels. The library's own numbers are left out everywhere, so that a plot looks the same on all machines.</summary>
    public static Picture Of(Plot plot, int width, int height)
    {
        plot.Axes.Bottom.TickLabelStyle.IsVisible = false;
        plot.Axes.Left.TickLabelStyle.IsVisible = false;
        plot.Layout.Fixed(new PixelPadding(Left, Edge, Bottom, Edge));
        var drawn = PictureCodec.Decode(plot.GetImage(width, height).GetImageBytes(ImageFormat.Png)).Picture!;
        var below = Numbers(plot.Axes.Bottom).Select(tick => (tick.Label,
            (int)plot.GetPixel(new Coordinates(tick.Position, 0)).X - (Lettering.Measure(tick.Label) / 2), height - Bottom + Gap + 2));
        var beside = Numbers(plot.Axes.Left).Select(tick => (tick.Label,
            Left - Gap - 2 - Lettering.Measure(tick.Label), (int)plot.GetPixel(new Coordinates(0, tick.Position)).Y - (Lettering.LineHeight / 2)));
        return Lettering.Write(drawn, below.Concat(beside));
    }

    // The library writes minus as a mathematician does.
    private static IEnumerable<(double Position, string Label)> Numbers(IAxis axis) => axis.TickGenerator.Ticks
        .Where(tick => tick.IsMajor && tick.Position >= axis.Min && tick.Position <= axis.Max)
        .Select(tick => (tick.Position, tick.Label.Replace('\u2212', '-')));
}
