using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.ContactSheets;
using FlashDiffusion.Trainer.Runs;
using ScottPlot;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>Draws curves as a PNG, a panel each. Text comes from the contact sheet's own alphabet, since machines may have no fonts.</summary>
internal static class Curves
{
    private const int PanelWidth = 480;
    private const int PanelHeight = 300;
    private const int PanelsPerRow = 2;

    public static void Write(string path, string title, IReadOnlyList<Curve> curves)
    {
        var sheet = new ContactSheet
        {
            CellSide = PanelWidth,
            Title = title,
            Rows = [.. curves.Select(Panel).Chunk(PanelsPerRow).Select(row => new ContactSheetRow(row))],
        };
        File.WriteAllBytes(path, PictureCodec.EncodePng(sheet.Draw()));
    }

    private static ContactSheetCell Panel(Curve curve)
    {
        using var plot = new Plot();
        foreach (var line in curve.Lines)
        {
            var scatter = plot.Add.Scatter(line.Points.Select(point => point.X).ToArray(), line.Points.Select(point => point.Y).ToArray());
            scatter.LineWidth = 1.5f;
        }

        var picture = PlotPicture.Of(plot, PanelWidth, PanelHeight);
        return new ContactSheetCell(picture, curve.Title, string.Join("; ", curve.Lines.Select(Ends)));
    }

    private static string Ends(CurveLine line) => FormattableString.Invariant($"{line.Name}: {line.Points[0].Y:G3} at first, {line.Points[^1].Y:G3} at last");
}
