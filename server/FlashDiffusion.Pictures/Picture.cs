namespace FlashDiffusion.Pictures;

/// <summary>
/// An RGB picture in host memory: float32, planar (3, <see cref="Height"/>, <see cref="Width"/>), row-major, sRGB-encoded,
/// nominally in [0,1]. Values are not clipped, so that an unclipped measurement can be looked at too; encoders clip.
/// Immutable, therefore safe to share between threads.
/// </summary>
public sealed class Picture
{
    /// <summary>Colour planes of every picture: red, green, blue.</summary>
    public const int Channels = 3;

    private readonly float[] _pixels;

    private Picture(int width, int height, float[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != (long)Channels * width * height)
        {
            throw new ArgumentException(
                $"A {width}x{height} picture has {(long)Channels * width * height} values, not {pixels.LongLength}.", nameof(pixels));
        }

        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Columns, at least 1.</summary>
    public int Width { get; }

    /// <summary>Rows, at least 1.</summary>
    public int Height { get; }

    /// <summary>All values, (3, height, width), row-major.</summary>
    public ReadOnlySpan<float> Pixels => _pixels;

    /// <summary>Copies planar RGB values.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">3 * height * width values, (3, height, width), row-major, nominally in [0,1].</param>
    /// <exception cref="ArgumentException">The count of values is another one.</exception>
    public static Picture FromPlanar(int width, int height, ReadOnlySpan<float> pixels) => new(width, height, pixels.ToArray());

    /// <summary>A picture of one colour.</summary>
    public static Picture Filled(int width, int height, Colour colour)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var plane = width * height;
        var pixels = new float[Channels * plane];
        pixels.AsSpan(0, plane).Fill(colour.Red);
        pixels.AsSpan(plane, plane).Fill(colour.Green);
        pixels.AsSpan(2 * plane, plane).Fill(colour.Blue);
        return Owning(width, height, pixels);
    }

    /// <summary>One colour plane, (height, width): 0 red, 1 green, 2 blue.</summary>
    public ReadOnlySpan<float> Plane(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels);
        return _pixels.AsSpan(channel * Width * Height, Width * Height);
    }

    /// <summary>A new array of all values, (3, height, width), that the caller owns.</summary>
    public float[] ToArray() => [.. _pixels];

    /// <summary>Wraps an array that nobody else keeps.</summary>
    internal static Picture Owning(int width, int height, float[] pixels) => new(width, height, pixels);
}
