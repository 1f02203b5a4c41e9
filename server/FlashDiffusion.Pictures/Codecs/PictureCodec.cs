using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>
/// Pictures from and to files. Reading applies the EXIF orientation, composites alpha on a stated colour, turns greyscale and
/// palettes into RGB, keeps 16-bit PNG at 16 bits, and converts colour profiles to sRGB. Of an animation the first frame is read.
/// </summary>
public static class PictureCodec
{
    /// <summary>Reads a PNG, JPEG or WebP file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="limits">What the file may ask for; <see cref="PictureLimits.Default"/> if null.</param>
    /// <param name="background">What shows through transparent pixels, mixed in sRGB as browsers do; white if null.</param>
    /// <returns>The picture in [0,1], or a refusal. Never throws for bad input.</returns>
    public static PictureOrRefusal Decode(ReadOnlySpan<byte> encoded, PictureLimits? limits = null, Colour? background = null)
    {
        limits ??= PictureLimits.Default;
        if (encoded.IsEmpty)
        {
            return PictureOrRefusal.Refused(PictureRefusalReason.Empty, "The picture is empty: send a PNG, JPEG or WebP file.");
        }

        if (encoded.Length > limits.MaxBytes)
        {
            return PictureOrRefusal.Refused(
                PictureRefusalReason.TooManyBytes, $"The picture file has {encoded.Length} bytes; the limit is {limits.MaxBytes}.");
        }

        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data);
        if (codec is null || FormatOf(codec.EncodedFormat) is null)
        {
            return PictureOrRefusal.Refused(
                PictureRefusalReason.UnknownFormat, "The bytes are not a readable PNG, JPEG or WebP file.");
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width > limits.MaxSide || height > limits.MaxSide || (long)width * height > limits.MaxPixels)
        {
            return PictureOrRefusal.Refused(
                PictureRefusalReason.TooManyPixels,
                $"The picture declares {width}x{height} pixels; the limits are {limits.MaxSide} a side and {limits.MaxPixels} in all.");
        }

        var behind = background ?? Colour.White;
        if (codec.EncodedFormat != SKEncodedImageFormat.Png)
        {
            return SkiaPixels.Decode(codec, codec.EncodedOrigin, behind);
        }

        // Skia does not look at a PNG's eXIf chunk.
        var origin = PngChunks.Read(encoded, withPixels: false)?.Origin ?? SKEncodedOrigin.TopLeft;
        var header = PngHeader.Read(encoded);
        return header is { Depth: 16 } && header.Width == width && header.Height == height
            ? DeepPng.Decode(encoded, header, codec, behind)
            : SkiaPixels.Decode(codec, origin, behind);
    }

    /// <summary>Writes a PNG, sRGB, lossless at the chosen depth. Values are clipped to [0,1].</summary>
    /// <param name="picture">What to write.</param>
    /// <param name="bitsPerChannel">8 or 16.</param>
    public static byte[] EncodePng(Picture picture, int bitsPerChannel = 8)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (bitsPerChannel is not (8 or 16))
        {
            throw new ArgumentOutOfRangeException(nameof(bitsPerChannel), bitsPerChannel, "PNG is written with 8 or 16 bits a channel.");
        }

        var options = new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, 6);
        return SkiaPixels.Encode(picture, bitsPerChannel == 16, pixmap => pixmap.Encode(options));
    }

    /// <summary>Writes a baseline JPEG without chroma subsampling above quality 90. Values are clipped to [0,1].</summary>
    /// <param name="picture">What to write.</param>
    /// <param name="quality">1 (small) to 100 (good).</param>
    public static byte[] EncodeJpeg(Picture picture, int quality = 92)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ThrowUnlessQuality(quality);
        var sampling = quality > 90 ? SKJpegEncoderDownsample.Downsample444 : SKJpegEncoderDownsample.Downsample420;
        var options = new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore);
        return SkiaPixels.Encode(picture, false, pixmap => pixmap.Encode(options));
    }

    /// <summary>Writes a lossy WebP. Values are clipped to [0,1].</summary>
    /// <param name="picture">What to write; at most 16383 pixels a side, a limit of the format.</param>
    /// <param name="quality">1 (small) to 100 (good).</param>
    public static byte[] EncodeWebp(Picture picture, int quality = 92)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ThrowUnlessQuality(quality);
        var options = new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality);
        return SkiaPixels.Encode(picture, false, pixmap => pixmap.Encode(options));
    }

    private static PictureFormat? FormatOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Png => PictureFormat.Png,
        SKEncodedImageFormat.Jpeg => PictureFormat.Jpeg,
        SKEncodedImageFormat.Webp => PictureFormat.Webp,
        _ => null,
    };

    private static void ThrowUnlessQuality(int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
    }
}
