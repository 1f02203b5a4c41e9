using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Pictures.Tests.Codecs;

/// <summary>Bad files are answered, never thrown at anybody.</summary>
public sealed class PictureRefusalTests
{
    public static TheoryData<string> Files => ["png", "png16", "jpeg", "webp"];

    [Fact]
    public void Decode_NoBytes_IsRefused() => Assert.Equal(PictureRefusalReason.Empty, ReasonFor([]));

    [Fact]
    public void Decode_MoreBytesThanAllowed_IsRefused()
    {
        var file = PictureCodec.EncodePng(TestPictures.Waves(16, 16));

        var outcome = PictureCodec.Decode(file, new PictureLimits { MaxBytes = file.Length - 1 });

        Assert.Equal(PictureRefusalReason.TooManyBytes, outcome.Refusal?.Reason);
        Assert.NotNull(PictureCodec.Decode(file, new PictureLimits { MaxBytes = file.Length }).Picture);
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(16, 2)]
    [InlineData(8, 3)]
    public void Decode_DecompressionBomb_IsRefusedBeforeAnyPixelIsAllocated(int depth, int colourType)
    {
        // A few hundred bytes that declare 3.6 gigapixels.
        var file = PngWriter.Write(60_000, 60_000, depth, colourType, new byte[100_000], [("PLTE", [0, 0, 0])]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reason = ReasonFor(file);

        Assert.Equal(PictureRefusalReason.TooManyPixels, reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(40, 10, 400, true)]
    [InlineData(41, 10, 410, false)]
    [InlineData(40, 11, 400, false)]
    public void Decode_SizeAtTheLimit_IsAccepted(int width, int height, int maxPixels, bool accepted)
    {
        var limits = new PictureLimits { MaxSide = 40, MaxPixels = maxPixels };

        var outcome = PictureCodec.Decode(PictureCodec.EncodePng(TestPictures.Waves(width, height)), limits);

        Assert.Equal(accepted, outcome.Picture is not null);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_EveryTruncation_IsRefused(string kind)
    {
        var file = Make(kind);
        // The last bytes are check sums and an end marker: all pixels are there without them.
        for (var length = 1; length < file.Length - 24; length += Math.Max(1, file.Length / 97))
        {
            Assert.True(PictureCodec.Decode(file.AsSpan(0, length)).Refusal is not null, $"{length} of {file.Length} bytes were accepted");
        }

        Assert.NotNull(PictureCodec.Decode(file).Picture);
    }

    [Fact]
    public void Decode_HalfOfAPng_SaysThatItIsTruncated()
    {
        var file = Make("png16");

        Assert.Equal(PictureRefusalReason.Truncated, ReasonFor(file.AsSpan(0, file.Length / 2)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_FlippedBytes_NeverThrow(string kind)
    {
        var file = Make(kind);
        for (var i = 0; i < file.Length; i += Math.Max(1, file.Length / 200))
        {
            var damaged = file.ToArray();
            damaged[i] ^= 0x5A;
            var outcome = PictureCodec.Decode(damaged);
            Assert.True(outcome.Picture is null != outcome.Refusal is null);
        }
    }

    [Fact]
    public void Decode_Garbage_IsRefused()
    {
        var garbage = Enumerable.Range(0, 5000).Select(i => (byte)(i * i * 31)).ToArray();

        Assert.Equal(PictureRefusalReason.UnknownFormat, ReasonFor(garbage));
        Assert.Equal(PictureRefusalReason.UnknownFormat, ReasonFor("GIF89a is not one of ours"u8));
        Assert.Equal(PictureRefusalReason.UnknownFormat, ReasonFor([0x89]));
    }

    private static PictureRefusalReason? ReasonFor(ReadOnlySpan<byte> file) => PictureCodec.Decode(file).Refusal?.Reason;

    private static byte[] Make(string kind)
    {
        var picture = TestPictures.Waves(48, 40);
        return kind switch
        {
            "png" => PictureCodec.EncodePng(picture),
            "png16" => PictureCodec.EncodePng(picture, 16),
            "jpeg" => PictureCodec.EncodeJpeg(picture),
            _ => PictureCodec.EncodeWebp(picture),
        };
    }
}
