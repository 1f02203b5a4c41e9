using FlashDiffusion.Cli.Display;
using FlashDiffusion.Pictures;
using Spectre.Console;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class HalfBlockPictureTests
{
    [Fact]
    public void Render_Colours_AreAbovePixelOnBelowPixel()
    {
        // Red above blue.
        var picture = Picture.FromPlanar(1, 2, [1, 0, 0, 0, 0, 1]);

        Assert.Contains("\u001b[38;2;255;0;0;48;2;0;0;255m▀", Draw(picture, ColorSystemSupport.TrueColor), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NoColours_IsBrightness()
    {
        var picture = Picture.FromPlanar(3, 1, [0, 0.5f, float.NaN, 0, 0.5f, -1, 0, 0.5f, 0]);

        Assert.Equal(" = ", Draw(picture, ColorSystemSupport.NoColors).TrimEnd('\n', '\r'));
    }

    private static string Draw(Picture picture, ColorSystemSupport colours)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = colours == ColorSystemSupport.NoColors ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = colours,
        });
        console.Write(new HalfBlockPicture(picture));
        return writer.ToString();
    }
}
