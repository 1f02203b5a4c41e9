using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Pictures.Tests.Codecs;

public sealed class DeepPngTests
{
    [Fact]
    public void Decode_NeighbouringLevelsOfSixteenBits_StayDistinct()
    {
        // Around white half floats have steps of 32 levels, so this fails with any reader that goes through them.
        var words = Enumerable.Range(65_535 - 299, 300).Select(level => (ushort)level).ToArray();

        var picture = PictureCodecTests.Accept(PngWriter.Write(300, 1, 16, 0, [0, .. PngWriter.Words(words)]));

        var expected = words.Select(word => word / 65535f).ToArray();
        Assert.Equal(expected, picture.Plane(1).ToArray());
    }

    [Fact]
    public void Decode_EveryFilter_IsUndone()
    {
        // The encoder tries all filters on every line; waves of different slopes make it choose different ones.
        var picture = TestPictures.From(64, 64, (channel, x, y) => y switch
        {
            < 16 => x / 64f,
            < 32 => y / 64f,
            < 48 => (x + y) / 128f,
            _ => 0.5f + (0.3f * MathF.Sin((x * y) + channel)),
        });

        var back = PictureCodecTests.Accept(PictureCodec.EncodePng(picture, 16));

        Assert.InRange(TestPictures.LargestDifference(picture, back), 0, 0.51f / 65535);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(19, 22)]
    public void Decode_Interlaced_EqualsProgressive(int width, int height)
    {
        (int X, int Y, int StepX, int StepY)[] adam7 =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var lines = new List<byte>();
        foreach (var pass in adam7.Where(pass => pass.X < width))
        {
            for (var y = pass.Y; y < height; y += pass.StepY)
            {
                lines.Add(0);
                for (var x = pass.X; x < width; x += pass.StepX)
                {
                    lines.AddRange(PngWriter.Words(Level(x, y)));
                }
            }
        }

        var picture = PictureCodecTests.Accept(PngWriter.Write(width, height, 16, 0, [.. lines], interlaced: true));

        var expected = TestPictures.From(width, height, (_, x, y) => Level(x, y) / 65535f);
        Assert.Equal(0, TestPictures.LargestDifference(expected, picture));
    }

    [Fact]
    public void Decode_AlphaAndTransparentColour_AreComposited()
    {
        var greyAlpha = PngWriter.Write(2, 1, 16, 4, [0, .. PngWriter.Words(0, 65535, 0, 0)]);
        var keyed = PngWriter.Write(2, 1, 16, 2, [0, .. PngWriter.Words(1, 2, 3, 1, 2, 4)], [("tRNS", PngWriter.Words(1, 2, 3))]);

        Assert.Equal([0f, 1f], PictureCodecTests.Accept(greyAlpha).Plane(0).ToArray());
        Assert.Equal([1f, 1 / 65535f], PictureCodecTests.Accept(keyed).Plane(0).ToArray());
    }

    [Fact]
    public void Decode_DamagedCheckSum_IsRefused()
    {
        var file = PngWriter.Write(4, 4, 16, 0, [.. Enumerable.Range(0, 4).SelectMany(_ => new byte[9])]);
        file[^17] ^= 1;

        var outcome = PictureCodec.Decode(file);

        Assert.Equal(PictureRefusalReason.Corrupt, outcome.Refusal?.Reason);
    }

    private static ushort Level(int x, int y) => (ushort)((x * 1721) + (y * 913) + 7);
}
