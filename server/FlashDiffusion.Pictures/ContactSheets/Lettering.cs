namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>Text on a picture in the contact sheet's own alphabet, the same on machines without fonts.</summary>
public static class Lettering
{
    private static readonly Colour Ink = new(0.10f, 0.10f, 0.12f);

    /// <summary>Height of a line without descenders, in pixels.</summary>
    public const int LineHeight = 7;

    /// <summary>Width of a text, in pixels.</summary>
    public static int Measure(string text) => Canvas.Measure(text, scale: 1);

    /// <summary>The picture with texts on it.</summary>
    /// <param name="picture">What is written on; stays as it is.</param>
    /// <param name="texts">Each with its left upper corner, in pixels. What would stand outside of the picture is moved to its edge.</param>
    public static Picture Write(Picture picture, IEnumerable<(string Text, int Left, int Top)> texts)
    {
        var canvas = new Canvas(picture.Width, picture.Height, Colour.White);
        canvas.Draw(picture, 0, 0);
        foreach (var (text, left, top) in texts.Where(text => Measure(text.Text) <= picture.Width))
        {
            canvas.Write(text, Inside(left, picture.Width - Measure(text)), Inside(top, picture.Height - Glyphs.Height), scale: 1, Ink);
        }

        return canvas.ToPicture();
    }

    private static int Inside(int place, int last) => Math.Max(0, Math.Min(place, last));
}
