using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Pictures.Tests.Geometry;

public sealed class PictureGeometryTests
{
    [Fact]
    public void Window_Inside_TakesThosePixels()
    {
        var picture = TestPictures.Waves(20, 15);

        var window = picture.Window(3, 4, 10, 7);

        Assert.Equal((10, 7), (window.Width, window.Height));
        Assert.Equal(picture.At(2, 3 + 5, 4 + 6), window.At(2, 5, 6));
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, 11, 5, 5)]
    [InlineData(0, 0, 21, 5)]
    [InlineData(0, 0, 0, 5)]
    public void Window_Outside_Throws(int left, int top, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TestPictures.Waves(20, 15).Window(left, top, width, height));

    [Fact]
    public void Centre_OddMargin_LeansToTheTopLeft()
    {
        var picture = TestPictures.Waves(9, 8);

        Assert.Equal(picture.At(0, 2, 2), picture.Centre(4, 4).At(0, 0, 0));
    }

    [Theory]
    [InlineData(100, 60, 32)]
    [InlineData(60, 100, 32)]
    [InlineData(20, 30, 64)]
    [InlineData(32, 32, 32)]
    public void CoverSquare_AnyShape_IsASquare(int width, int height, int side)
    {
        var square = TestPictures.Waves(width, height).CoverSquare(side);

        Assert.Equal((side, side), (square.Width, square.Height));
    }

    [Theory]
    [InlineData(10, 7, 8, 16, 8)]
    [InlineData(8, 16, 8, 8, 16)]
    [InlineData(2, 1, 8, 8, 8)]
    public void PadToMultiple_AnySize_ReflectsAndCanBeUndone(int width, int height, int multiple, int paddedWidth, int paddedHeight)
    {
        var picture = TestPictures.Waves(width, height);

        var padded = picture.PadToMultiple(multiple);

        Assert.Equal((paddedWidth, paddedHeight), (padded.Width, padded.Height));
        Assert.Equal(0, TestPictures.LargestDifference(picture, padded.Window(0, 0, width, height)));
        if (width == 10)
        {
            Assert.Equal(picture.At(1, 8, 3), padded.At(1, 10, 3));
            Assert.Equal(picture.At(1, 4, 5), padded.At(1, 14, 7));
        }
    }

    [Fact]
    public void Resize_Ramp_StaysARampAwayFromTheEdges()
    {
        var ramp = TestPictures.From(40, 8, (_, x, _) => (x + 0.5f) / 40);

        var half = ramp.Resize(20, 4);
        var large = ramp.Resize(80, 16);

        Assert.All(Enumerable.Range(4, 12), x => Assert.Equal((x + 0.5f) / 20, half.At(0, x, 2), 1e-5f));
        Assert.All(Enumerable.Range(8, 60), x => Assert.Equal((x + 0.5f) / 80, large.At(0, x, 8), 1e-5f));
    }

    [Fact]
    public void Resize_FineStripesShrunk_BecomeGreyInsteadOfAliases()
    {
        var stripes = TestPictures.From(64, 64, (_, x, _) => x % 2);

        var small = stripes.Resize(15, 15);

        Assert.All(Enumerable.Range(2, 11), x => Assert.Equal(0.5f, small.At(0, x, 7), 0.02f));
    }

    [Fact]
    public void Magnify_ByThree_RepeatsEveryPixel()
    {
        var picture = TestPictures.Waves(5, 4);

        var large = picture.Magnify(3);

        Assert.Equal((15, 12), (large.Width, large.Height));
        Assert.Equal(picture.At(1, 4, 2), large.At(1, 14, 8));
        Assert.Equal(picture.At(1, 4, 2), large.At(1, 12, 6));
    }
}
