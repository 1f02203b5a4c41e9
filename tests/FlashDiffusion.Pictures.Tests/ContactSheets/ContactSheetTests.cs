using FlashDiffusion.Pictures.ContactSheets;

namespace FlashDiffusion.Pictures.Tests.ContactSheets;

public sealed class ContactSheetTests
{
    [Theory]
    [InlineData(ContactSheetScaling.Bicubic)]
    [InlineData(ContactSheetScaling.Nearest)]
    public void Draw_SmallPictures_AreShownLarge(ContactSheetScaling scaling)
    {
        var red = Picture.Filled(64, 64, new Colour(1, 0, 0));
        var sheet = new ContactSheet { Rows = [new([new(red), new(red)])], CellSide = 128, Scaling = scaling };

        var drawn = sheet.Draw();

        Assert.Equal(2 * 128 * 128, CountRed(drawn));
        Assert.True(drawn.Width > 2 * 128 && drawn.Width < (2 * 128) + 80);
    }

    [Fact]
    public void Draw_Labels_LeaveInkWithoutAnyFont()
    {
        var cell = new ContactSheetCell(Picture.Filled(32, 32, Colour.White));

        var blank = new ContactSheet { Rows = [new([cell])] }.Draw();
        var labelled = new ContactSheet { Rows = [new([cell with { Label = "gypsum σ² 0.5" }])] }.Draw();

        Assert.DoesNotContain(blank.Pixels.ToArray(), value => value < 0.5f);
        Assert.Contains(labelled.Pixels.ToArray(), value => value < 0.2f);
    }

    [Fact]
    public void Draw_LongLabel_WidensItsColumnOnly()
    {
        var red = Picture.Filled(16, 16, new Colour(1, 0, 0));
        var sheet = new ContactSheet
        {
            Title = "title",
            CellSide = 32,
            Rows = [new([new(red, "a very long label above a small picture", "note"), new(red)], "row"), new([new(red)])],
        };

        Assert.Equal(3 * 32 * 32, CountRed(sheet.Draw()));
    }

    [Fact]
    public void Dots_EveryPrintableCharacter_IsDrawnAndDiffersFromTheOthers()
    {
        var drawings = Enumerable.Range(33, 94).Select(code => Flatten(Glyphs.Dots((char)code))).ToArray();

        Assert.DoesNotContain(drawings, dots => !dots.Contains('#'));
        Assert.Equal(drawings.Length, drawings.Distinct().Count());
    }

    private static string Flatten(bool[,] dots) =>
        $"{dots.GetLength(1)}:{string.Concat(dots.Cast<bool>().Select(dot => dot ? '#' : '.'))}";

    private static int CountRed(Picture picture)
    {
        var count = 0;
        for (var i = 0; i < picture.Width * picture.Height; i++)
        {
            count += picture.Plane(0)[i] > 0.99f && picture.Plane(1)[i] < 0.01f ? 1 : 0;
        }

        return count;
    }
}
