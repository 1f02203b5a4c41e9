using FlashDiffusion.Pictures.Codecs;
using SkiaSharp;

namespace FlashDiffusion.Pictures.Tests.Codecs;

/// <summary>Pictures as they come from cameras, scanners and the web.</summary>
public sealed class PictureKindsTests
{
    public static TheoryData<int, int, int> Orientations => new()
    {
        // EXIF value, then where the stored top left pixel is shown in a picture stored as 24x16.
        { 1, 0, 0 }, { 2, 23, 0 }, { 3, 23, 15 }, { 4, 0, 15 }, { 5, 0, 0 }, { 6, 15, 0 }, { 7, 15, 23 }, { 8, 0, 23 },
    };

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Decode_ExifOrientation_IsApplied(int orientation, int x, int y)
    {
        // An 8x8 white block in the stored top left corner survives JPEG.
        var stored = TestPictures.From(24, 16, (_, column, row) => column < 8 && row < 8 ? 1 : 0);

        var shown = PictureCodecTests.Accept(WithExif(PictureCodec.EncodeJpeg(stored, 95), orientation));

        Assert.Equal(orientation < 5 ? (24, 16) : (16, 24), (shown.Width, shown.Height));
        Assert.InRange(shown.At(0, x, y), 0.9f, 1);
        Assert.Equal(64, shown.Plane(0).ToArray().Count(value => value > 0.5f));
    }

    [Theory]
    [InlineData(8, 6)]
    [InlineData(16, 6)]
    [InlineData(8, 3)]
    [InlineData(16, 1)]
    public void Decode_OrientationOfAPng_IsApplied(int depth, int orientation)
    {
        var lines = depth == 8 ? (byte[])[0, 0, 51, 102] : [0, .. PngWriter.Words(0, 51 * 257, 102 * 257)];

        var shown = PictureCodecTests.Accept(PngWriter.Write(3, 1, depth, 0, lines, [("eXIf", Exif(orientation)[10..])]));

        Assert.Equal(orientation == 6 ? (1, 3) : (3, 1), (shown.Width, shown.Height));
        Assert.Equal(orientation == 3 ? 0.4f : 0, shown.Plane(0)[0], 1e-6f);
        Assert.Equal(orientation == 3 ? 0 : 0.4f, shown.Plane(0)[2], 1e-6f);
    }

    [Fact]
    public void Decode_OrientationOfAWebp_IsApplied()
    {
        // Files with a colour profile have the extended header, whose flag 8 announces EXIF.
        var file = PictureCodec.EncodeWebp(TestPictures.Waves(40, 20));
        byte[] tiff = Exif(6)[10..];
        file[20] |= 8;
        file = [.. file, .. "EXIF"u8, (byte)tiff.Length, 0, 0, 0, .. tiff];
        BitConverter.GetBytes(file.Length - 8).CopyTo(file, 4);

        var shown = PictureCodecTests.Accept(file);

        Assert.Equal((20, 40), (shown.Width, shown.Height));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MM")]
    [InlineData("II*\0\xFF\xFF\xFF\xFF")]
    [InlineData("MM\0*\0\0\0\bZZ")]
    public void Read_BrokenExif_IsUpright(string tiff) => Assert.Equal(
        SKEncodedOrigin.TopLeft, ExifOrientation.Read(System.Text.Encoding.Latin1.GetBytes(tiff)));

    [Fact]
    public void Decode_ExifRotation_TurnsTheFarEdgesToTheRightPlace()
    {
        // Orientation 6 is a quarter turn clockwise: the stored bottom row becomes the left column.
        var stored = TestPictures.From(24, 16, (channel, x, y) => y >= 8 && x < 8 ? (channel == 0 ? 1 : 0) : 0);

        var shown = PictureCodecTests.Accept(WithExif(PictureCodec.EncodeJpeg(stored, 95), 6));

        Assert.InRange(shown.At(0, 3, 3), 0.9f, 1);
        Assert.InRange(shown.At(0, 12, 3), 0, 0.1f);
    }

    [Fact]
    public void Decode_Alpha_IsCompositedOnTheStatedColour()
    {
        byte[] lines = [0, 255, 0, 0, 0, 0, 0, 0, 128];
        var file = PngWriter.Write(2, 1, 8, 6, lines);

        var onWhite = PictureCodecTests.Accept(file);
        var onBlue = PictureCodecTests.Accept(file, new Colour(0, 0, 1));

        Assert.Equal((1f, 1f, 1f), (onWhite.At(0, 0, 0), onWhite.At(1, 0, 0), onWhite.At(2, 0, 0)));
        Assert.Equal(127 / 255f, onWhite.At(0, 1, 0), 1e-6f);
        Assert.Equal((0f, 0f, 1f), (onBlue.At(0, 0, 0), onBlue.At(1, 0, 0), onBlue.At(2, 0, 0)));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Decode_Greyscale_BecomesRgb(int depth)
    {
        var lines = depth == 8 ? (byte[])[0, 51, 204] : [0, .. PngWriter.Words(51 * 257, 204 * 257)];

        var picture = PictureCodecTests.Accept(PngWriter.Write(2, 1, depth, 0, lines));

        Assert.All(Enumerable.Range(0, 3), channel => Assert.Equal(0.2f, picture.At(channel, 0, 0), 1e-6f));
        Assert.All(Enumerable.Range(0, 3), channel => Assert.Equal(0.8f, picture.At(channel, 1, 0), 1e-6f));
    }

    [Fact]
    public void Decode_PaletteWithTransparency_BecomesRgb()
    {
        var file = PngWriter.Write(
            3, 1, 8, 3, [0, 0, 1, 2], [("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255]), ("tRNS", [255, 255, 0])]);

        var picture = PictureCodecTests.Accept(file, Colour.Black);

        Assert.Equal([1f, 0, 0], picture.Plane(0).ToArray());
        Assert.Equal([0f, 1, 0], picture.Plane(1).ToArray());
        Assert.Equal([0f, 0, 0], picture.Plane(2).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_ColourProfile_BecomesSrgb(bool deep)
    {
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        var type = deep ? SKColorType.Rgba16161616 : SKColorType.Rgba8888;
        using var bitmap = new SKBitmap(new SKImageInfo(2, 2, type, SKAlphaType.Opaque, wide));
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint())
        {
            paint.SetColor(new SKColorF(0.5f, 0.5f, 0.5f), wide);
            canvas.DrawRect(0, 0, 2, 2, paint);
            paint.SetColor(new SKColorF(0.6f, 0.4f, 0.2f), wide);
            canvas.DrawRect(0, 0, 1, 2, paint);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var picture = PictureCodecTests.Accept(data.ToArray());

        // (0.6, 0.4, 0.2) of Display P3 in sRGB, by the two standards' matrices; greys are the same in both.
        Assert.Equal(0.6345f, picture.At(0, 0, 0), 0.004f);
        Assert.Equal(0.3887f, picture.At(1, 0, 0), 0.004f);
        Assert.Equal(0.1501f, picture.At(2, 0, 0), 0.006f);
        Assert.Equal(0.5f, picture.At(1, 1, 1), 0.003f);
    }

    private static byte[] WithExif(byte[] jpeg, int orientation) => [.. jpeg.AsSpan(0, 2), .. Exif(orientation), .. jpeg.AsSpan(2)];

    /// <summary>APP1: "Exif", a big-endian TIFF header, and one entry: tag 0x0112, type SHORT, count 1.</summary>
    private static byte[] Exif(int orientation) =>
    [
        0xFF, 0xE1, 0x00, 0x22, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
    ];
}
