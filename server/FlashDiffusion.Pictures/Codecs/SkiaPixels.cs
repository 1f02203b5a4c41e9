using System.Runtime.InteropServices;
using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>Moves pixels between Skia's interleaved buffers and planar pictures.</summary>
internal static class SkiaPixels
{
    private const int Interleaved = 4;

    /// <summary>Decodes to sRGB with 8 bits a channel, alpha composited, orientation applied.</summary>
    public static PictureOrRefusal Decode(SKCodec codec, SKEncodedOrigin origin, Colour background)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        using var srgb = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, srgb);
        var pixels = new byte[(long)Interleaved * width * height];
        if (Read(codec, info, pixels) is { } refused)
        {
            return refused;
        }

        var values = Array.ConvertAll(pixels, value => value / 255f);
        var picture = Composite(values, width, height, background);
        return PictureOrRefusal.Accepted(Orientation.Apply(picture, origin));
    }

    /// <summary>Interleaved RGBA, alpha not multiplied in, to planar RGB; mixed in sRGB, as browsers do.</summary>
    public static Picture Composite(float[] rgba, int width, int height, Colour background)
    {
        var plane = width * height;
        var planar = new float[Picture.Channels * plane];
        ReadOnlySpan<float> behind = [background.Red, background.Green, background.Blue];
        for (var i = 0; i < plane; i++)
        {
            var alpha = rgba[(Interleaved * i) + 3];
            for (var channel = 0; channel < Picture.Channels; channel++)
            {
                var value = rgba[(Interleaved * i) + channel];
                planar[(channel * plane) + i] = (alpha * value) + ((1 - alpha) * behind[channel]);
            }
        }

        return Picture.Owning(width, height, planar);
    }

    /// <summary>Decodes into a caller's buffer; null if every pixel arrived.</summary>
    private static PictureOrRefusal? Read(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        var pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        SKCodecResult result;
        try
        {
            result = codec.GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }

        return result switch
        {
            SKCodecResult.Success => null,
            SKCodecResult.IncompleteInput => PictureOrRefusal.Refused(
                PictureRefusalReason.Truncated, "The picture file ends before its last pixel."),
            _ => PictureOrRefusal.Refused(
                PictureRefusalReason.Corrupt, $"The picture's header is readable, its pixels are not ({result})."),
        };
    }

    public static byte[] Encode(Picture picture, bool deep, Func<SKPixmap, SKData?> encode)
    {
        var values = Interleave(picture);
        using var srgb = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(
            picture.Width, picture.Height, deep ? SKColorType.Rgba16161616 : SKColorType.Rgba8888, SKAlphaType.Opaque, srgb);
        var bytes = deep ? Quantise16(values) : Quantise8(values);
        var pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        try
        {
            using var pixmap = new SKPixmap(info, pin.AddrOfPinnedObject());
            using var data = encode(pixmap) ?? throw new InvalidOperationException(
                $"A {picture.Width}x{picture.Height} picture is too large for this file format.");
            return data.ToArray();
        }
        finally
        {
            pin.Free();
        }
    }

    private static float[] Interleave(Picture picture)
    {
        var plane = picture.Width * picture.Height;
        var values = new float[(long)Interleaved * plane];
        var planar = picture.Pixels;
        for (var i = 0; i < plane; i++)
        {
            for (var channel = 0; channel < Picture.Channels; channel++)
            {
                var value = planar[(channel * plane) + i];
                values[(Interleaved * i) + channel] = float.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);
            }

            values[(Interleaved * i) + 3] = 1;
        }

        return values;
    }

    private static byte[] Quantise8(float[] values) => Array.ConvertAll(values, value => (byte)MathF.Round(value * 255f));

    private static byte[] Quantise16(float[] values)
    {
        var words = Array.ConvertAll(values, value => (ushort)MathF.Round(value * 65535f));
        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }
}
