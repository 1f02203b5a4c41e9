namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>A sheet of paper to put pictures and text on; becomes a picture when it is done.</summary>
internal sealed class Canvas
{
    private readonly float[] _pixels;
    private readonly int _width;
    private readonly int _height;

    public Canvas(int width, int height, Colour paper)
    {
        (_width, _height) = (width, height);
        _pixels = Picture.Filled(width, height, paper).ToArray();
    }

    public Picture ToPicture() => Picture.FromPlanar(_width, _height, _pixels);

    public void Draw(Picture picture, int left, int top)
    {
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            for (var y = 0; y < picture.Height; y++)
            {
                var row = picture.Plane(channel).Slice(y * picture.Width, picture.Width);
                row.CopyTo(_pixels.AsSpan((((channel * _height) + top + y) * _width) + left, picture.Width));
            }
        }
    }

    public void Write(string text, int left, int top, int scale, Colour ink)
    {
        foreach (var character in text)
        {
            var dots = Glyphs.Dots(character);
            for (var row = 0; row < Glyphs.Height; row++)
            {
                for (var column = 0; column < dots.GetLength(1); column++)
                {
                    if (dots[row, column])
                    {
                        Fill(left + (column * scale), top + (row * scale), scale, ink);
                    }
                }
            }

            left += (dots.GetLength(1) + 1) * scale;
        }
    }

    /// <summary>Pixels from the first dot to the last.</summary>
    public static int Measure(string text, int scale) =>
        Math.Max(0, text.Sum(character => Glyphs.Dots(character).GetLength(1) + 1) - 1) * scale;

    private void Fill(int left, int top, int side, Colour ink)
    {
        for (var y = top; y < top + side; y++)
        {
            for (var x = left; x < left + side; x++)
            {
                _pixels[(y * _width) + x] = ink.Red;
                _pixels[(((_height + y) * _width) + x)] = ink.Green;
                _pixels[((((2 * _height) + y) * _width) + x)] = ink.Blue;
            }
        }
    }
}
