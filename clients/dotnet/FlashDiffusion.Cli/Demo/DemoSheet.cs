using FlashDiffusion.Pictures.ContactSheets;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>The demo's contact sheet: clean, degraded, decoded mean, intermediates, result.</summary>
internal static class DemoSheet
{
    // Eight pictures in two rows fit the width of a page.
    private const int Columns = 4;

    public static Picture Draw(DemoFigures figures, DemoPictures pictures)
    {
        var cells = new List<ContactSheetCell>
        {
            new(pictures.Clean, "clean"),
            new(pictures.Degraded, "degraded", figures.Degraded.ToString()),
        };
        if (pictures.DecodedMean is { } mean)
        {
            cells.Add(new(mean, "decoded severity mean", figures.DecodedMean!.ToString()));
        }

        cells.AddRange(pictures.Intermediates.Select(item => new ContactSheetCell(
            item.Picture, $"step {item.Step} of {figures.Steps}", Quality.Of(pictures.Clean, item.Picture).ToString())));
        cells.Add(new(pictures.Result, "result", figures.Result.ToString()));
        return new ContactSheet { Title = Title(figures), Rows = [.. cells.Chunk(Columns).Select(row => new ContactSheetRow(row))], CellSide = 256 }.Draw();
    }

    private static string Title(DemoFigures figures)
    {
        var severity = figures.Severity is { } value ? FormattableString.Invariant($", severity {value:0.###}") : "";
        return $"{figures.Operator}{severity}, start step {figures.StartStep}: {figures.Steps} of {figures.FullSteps} steps, {figures.UnetCalls} UNet calls, seed {figures.Seed}";
    }
}
