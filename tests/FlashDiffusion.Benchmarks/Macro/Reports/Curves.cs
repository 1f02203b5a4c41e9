using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.ContactSheets;
using ScottPlot;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>Draws curves as a PNG, a panel each. Text comes from the contact sheet's own alphabet: machines without fonts draw axes without numbers.</summary>
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

        var picture = PictureCodec.Decode(plot.GetImage(PanelWidth, PanelHeight).GetImageBytes(ImageFormat.Png)).Picture!;
        return new ContactSheetCell(picture, curve.Title, string.Join("; ", curve.Lines.Select(Range)));
    }

    private static string Range(CurveLine line) => FormattableString.Invariant(
        $"{line.Name}: x {line.Points[0].X:G3} to {line.Points[^1].X:G3}, y {line.Points[0].Y:G4} to {line.Points[^1].Y:G4}");
}
