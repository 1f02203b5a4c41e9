namespace FlashDiffusion.Pictures.Tests;

/// <summary>Deterministic pictures for tests.</summary>
internal static class TestPictures
{
    /// <summary>Smooth colour waves: every pixel differs from its neighbours, no symmetry.</summary>
    public static Picture Waves(int width, int height) => From(
        width, height, (channel, x, y) => 0.5f + (0.4f * MathF.Sin((0.21f * (x + 1) * (channel + 1)) + (0.13f * y) + channel)));

    public static Picture From(int width, int height, Func<int, int, int, float> value)
    {
        var pixels = new float[Picture.Channels * width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = value(i / (width * height), i % width, i / width % height);
        }

        return Picture.FromPlanar(width, height, pixels);
    }

    public static Picture With(this Picture picture, Func<float, int, float> change)
    {
        var pixels = picture.ToArray();
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = change(pixels[i], i);
        }

        return Picture.FromPlanar(picture.Width, picture.Height, pixels);
    }

    public static float At(this Picture picture, int channel, int x, int y) => picture.Plane(channel)[(y * picture.Width) + x];

    public static float LargestDifference(Picture first, Picture second)
    {
        Assert.Equal((first.Width, first.Height), (second.Width, second.Height));
        var largest = 0f;
        for (var i = 0; i < first.Pixels.Length; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(first.Pixels[i] - second.Pixels[i]));
        }

        return largest;
    }
}
