using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Pictures.Tests.Codecs;

public sealed class PictureCodecTests
{
    [Fact]
    public void EncodePng_EightBits_ComesBackWithinHalfALevel()
    {
        var picture = TestPictures.Waves(37, 23);

        var back = Accept(PictureCodec.EncodePng(picture));

        Assert.InRange(TestPictures.LargestDifference(picture, back), 0, 0.5001f / 255);
    }

    [Fact]
    public void EncodePng_SixteenBits_ComesBackWithinHalfALevelOfSixteen()
    {
        var picture = TestPictures.Waves(37, 23);

        var back = Accept(PictureCodec.EncodePng(picture, 16));

        Assert.InRange(TestPictures.LargestDifference(picture, back), 0, 0.51f / 65535);
    }

    [Fact]
    public void EncodePng_ValuesOutsideTheRange_AreClipped()
    {
        var picture = TestPictures.From(4, 4, (channel, _, _) => channel switch { 0 => -0.3f, 1 => 1.7f, _ => float.NaN });

        var back = Accept(PictureCodec.EncodePng(picture));

        Assert.Equal((0f, 1f, 0f), (back.At(0, 1, 1), back.At(1, 1, 1), back.At(2, 1, 1)));
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg, 0.03)]
    [InlineData(PictureFormat.Webp, 0.08)]
    public void Encode_LossyFormat_ComesBackClose(PictureFormat format, double tolerance)
    {
        var picture = TestPictures.From(64, 48, (channel, x, y) => 0.2f + (0.008f * x) + (0.004f * y) - (0.05f * channel));
        var bytes = format == PictureFormat.Jpeg ? PictureCodec.EncodeJpeg(picture, 96) : PictureCodec.EncodeWebp(picture, 96);

        var back = Accept(bytes);

        Assert.InRange(TestPictures.LargestDifference(picture, back), 1e-6f, (float)tolerance);
    }

    [Fact]
    public void EncodeJpeg_LowerQuality_IsSmaller()
    {
        var picture = TestPictures.Waves(128, 128);

        Assert.True(PictureCodec.EncodeJpeg(picture, 30).Length < PictureCodec.EncodeJpeg(picture, 95).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void EncodeJpeg_QualityOutOfRange_Throws(int quality) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureCodec.EncodeJpeg(TestPictures.Waves(8, 8), quality));

    internal static Picture Accept(byte[] file, Colour? background = null)
    {
        var outcome = PictureCodec.Decode(file, background: background);
        Assert.True(outcome.TryGet(out var picture, out var refusal), refusal?.Message);
        return picture;
    }
}
