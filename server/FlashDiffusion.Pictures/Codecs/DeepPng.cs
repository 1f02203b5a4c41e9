using System.Runtime.InteropServices;
using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>
/// PNG with 16 bits a channel. Skia decodes those to half floats at best, 11 bits of precision, so the samples are read here and
/// Skia only converts their colour profile, in float32.
/// </summary>
internal static class DeepPng
{
    private const int Interleaved = 4;

    public static PictureOrRefusal Decode(ReadOnlySpan<byte> png, PngHeader header, SKCodec codec, Colour background)
    {
        if (PngChunks.Read(png) is not { } chunks)
        {
            return PictureOrRefusal.Refused(PictureRefusalReason.Truncated, "The picture file ends before its last pixel.");
        }

        ushort[] samples;
        try
        {
            samples = PngScanlines.Read(header, chunks.Compressed);
        }
        catch (InvalidDataException exception)
        {
            return PictureOrRefusal.Refused(
                PictureRefusalReason.Corrupt, $"The picture's header is readable, its pixels are not ({exception.Message})");
        }

        var rgba = ToRgba(header, samples, chunks.Transparent);
        var values = ToSrgb(rgba, header, codec.Info.ColorSpace);
        var picture = SkiaPixels.Composite(values, header.Width, header.Height, background);
        return PictureOrRefusal.Accepted(Orientation.Apply(picture, chunks.Origin));
    }

    private static ushort[] ToRgba(PngHeader header, ushort[] samples, ushort[] transparent)
    {
        var count = header.Samples;
        var pixels = samples.Length / count;
        var rgba = new ushort[(long)Interleaved * pixels];
        for (var i = 0; i < pixels; i++)
        {
            var pixel = samples.AsSpan(i * count, count);
            for (var channel = 0; channel < Picture.Channels; channel++)
            {
                rgba[(Interleaved * i) + channel] = pixel[header.IsGrey ? 0 : channel];
            }

            var opaque = !pixel.SequenceEqual(transparent);
            rgba[(Interleaved * i) + 3] = header.HasAlpha ? pixel[^1] : opaque ? ushort.MaxValue : (ushort)0;
        }

        return rgba;
    }

    private static float[] ToSrgb(ushort[] rgba, PngHeader header, SKColorSpace? profile)
    {
        if (profile is null || profile.IsSrgb)
        {
            return Array.ConvertAll(rgba, word => word / 65535f);
        }

        var values = new float[rgba.Length];
        using var srgb = SKColorSpace.CreateSrgb();
        var from = new SKImageInfo(header.Width, header.Height, SKColorType.Rgba16161616, SKAlphaType.Unpremul, profile);
        var to = new SKImageInfo(header.Width, header.Height, SKColorType.RgbaF32, SKAlphaType.Unpremul, srgb);
        var (pinFrom, pinTo) = (GCHandle.Alloc(rgba, GCHandleType.Pinned), GCHandle.Alloc(values, GCHandleType.Pinned));
        try
        {
            using var source = new SKPixmap(from, pinFrom.AddrOfPinnedObject());
            return source.ReadPixels(to, pinTo.AddrOfPinnedObject(), to.RowBytes)
                ? values
                : throw new InvalidOperationException("Skia does not convert 16-bit pixels between colour spaces.");
        }
        finally
        {
            pinFrom.Free();
            pinTo.Free();
        }
    }
}
