using FlashDiffusion.Pictures.ContactSheets;

namespace FlashDiffusion.Pictures.Tests.ContactSheets;

public sealed class LetteringTests
{
    private static readonly Picture Paper = Picture.Filled(40, 20, Colour.White);

    [Fact]
    public void Write_Text_LeavesInkWhereItStands()
    {
        var written = Lettering.Write(Paper, [("8", 10, 5)]);

        var ink = Ink(written);
        Assert.Equal((10, 10 + Lettering.Measure("8") - 1), (ink.Min(dot => dot.X), ink.Max(dot => dot.X)));
        Assert.Equal((5, 5 + Lettering.LineHeight - 1), (ink.Min(dot => dot.Y), ink.Max(dot => dot.Y)));
        Assert.Empty(Ink(Paper));
    }

    [Theory]
    [InlineData(-50, -50)]
    [InlineData(500, 500)]
    public void Write_OutsideOfThePicture_IsMovedToItsEdge(int left, int top) =>
        Assert.Equal(Ink(Lettering.Write(Paper, [("12", 10, 5)])).Length, Ink(Lettering.Write(Paper, [("12", left, top)])).Length);

    [Fact]
    public void Write_WiderThanThePicture_IsLeftOut() => Assert.Empty(Ink(Lettering.Write(Paper, [("much too long for forty", 0, 0)])));

    private static (int X, int Y)[] Ink(Picture picture) =>
        [.. Enumerable.Range(0, picture.Width * picture.Height).Where(dot => picture.Plane(0)[dot] < 0.5f).Select(dot => (dot % picture.Width, dot / picture.Width))];
}
