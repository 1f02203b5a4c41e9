using Spectre.Console;
using Spectre.Console.Rendering;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Display;

/// <summary>A picture in a terminal: a character for two pixels, one above the other. Without colours, the brightness as characters.</summary>
/// <param name="picture">In its final size, a column a pixel, a line two.</param>
internal sealed class HalfBlockPicture(Picture picture) : Renderable
{
    private const string UpperHalf = "▀";
    private const string Ramp = " .:-=+*#%@";

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(picture.Width, picture.Width);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var colours = options.ColorSystem != ColorSystem.NoColors;
        for (var row = 0; row < picture.Height; row += 2)
        {
            for (var column = 0; column < picture.Width; column++)
            {
                var below = Math.Min(row + 1, picture.Height - 1);
                yield return colours
                    ? new Segment(UpperHalf, new Style(Pixel(row, column), Pixel(below, column)))
                    : new Segment($"{Ramp[(int)(0.5 * (Brightness(row, column) + Brightness(below, column)) * (Ramp.Length - 1))]}");
            }

            yield return Segment.LineBreak;
        }
    }

    private Color Pixel(int row, int column) => new(Byte(0, row, column), Byte(1, row, column), Byte(2, row, column));

    private double Brightness(int row, int column) =>
        ((0.299 * Byte(0, row, column)) + (0.587 * Byte(1, row, column)) + (0.114 * Byte(2, row, column))) / 255;

    // NaN becomes black.
    private byte Byte(int channel, int row, int column) =>
        picture.Plane(channel)[(row * picture.Width) + column] is > 0 and var value ? (byte)Math.Round(Math.Min(value, 1) * 255) : (byte)0;
}
