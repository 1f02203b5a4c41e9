using System.Globalization;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary>The form <c>HEIGHTxWIDTH</c> of a picture's size; one number is a square.</summary>
internal static class PictureSizeOption
{
    public static PictureSize Parse(string option, string text)
    {
        var sides = text.Split('x', 'X');
        return sides.Length is 1 or 2
            && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && int.TryParse(sides[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            ? new PictureSize { Height = height, Width = width }
            : throw CliException.Usage($"{option} '{text}': write HEIGHTxWIDTH in pixels, for example 64x96.");
    }
}
