using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Geometry;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>The clean picture of a demo.</summary>
internal static class DemoPicture
{
    /// <summary>
    /// The built-in photograph, or the middle of a file. A picture more than twice as large as the crop is scaled down to twice first:
    /// a window of 128 pixels in a 12 megapixel photograph would show nothing but its blur.
    /// </summary>
    public static Picture Load(FileInfo? file, int size)
    {
        if (file is null)
        {
            return BuiltInPhotograph.Square(size);
        }

        var picture = PictureFile.Read(file);
        var shorter = Math.Min(picture.Width, picture.Height);
        if (shorter > 2 * size)
        {
            var scale = 2.0 * size / shorter;
            picture = picture.Resize((int)Math.Round(picture.Width * scale), (int)Math.Round(picture.Height * scale));
        }

        return picture.Centre(Math.Min(size, picture.Width), Math.Min(size, picture.Height));
    }
}
