using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashDiffusion.Pictures;

namespace FlashDiffusion.Trainer.Photographs;

/// <summary>A picture at 8 bits in memory, planar (3, height, width): a quarter of what floats would take.</summary>
internal sealed class Photograph
{
    private readonly byte[] _pixels;

    private Photograph(string name, int width, int height, byte[] pixels)
    {
        Name = name;
        Width = width;
        Height = height;
        _pixels = pixels;
    }

    public string Name { get; }

    public int Width { get; }

    public int Height { get; }

    public static Photograph From(string name, Picture picture)
    {
        var pixels = new byte[picture.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)MathF.Round(Math.Clamp(picture.Pixels[i], 0, 1) * 255);
        }

        return new Photograph(name, picture.Width, picture.Height, pixels);
    }

    /// <summary>SHA-256 of its name, size and pixels.</summary>
    public byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Name}\n{Width}x{Height}\n")));
        hash.AppendData(_pixels);
        return hash.GetHashAndReset();
    }

    /// <summary>Writes a window as (3, height, width) values in [-1,1], mirrored left to right if asked.</summary>
    public void CopyWindow(int left, int top, int width, int height, bool mirrored, Span<float> target)
    {
        var next = 0;
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            for (var row = 0; row < height; row++)
            {
                var line = _pixels.AsSpan((((channel * Height) + top + row) * Width) + left, width);
                for (var column = 0; column < width; column++)
                {
                    target[next++] = (line[mirrored ? width - 1 - column : column] / 127.5f) - 1;
                }
            }
        }
    }
}
