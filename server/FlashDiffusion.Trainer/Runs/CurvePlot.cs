using System.Globalization;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.ContactSheets;
using ScottPlot;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// Draws figures over steps as a PNG, one panel a figure. Text comes from the contact sheet's own alphabet: training machines
/// often have no fonts.
/// </summary>
internal static class CurvePlot
{
    private const int PanelWidth = 480;
    private const int PanelHeight = 270;
    private const int PanelsPerRow = 2;

    /// <summary>Writes the picture; nothing when the table has fewer than two rows.</summary>
    public static void Write(CurveTable table, string path)
    {
        if (table.Rows.Count < 2)
        {
            return;
        }

        var sheet = new ContactSheet
        {
            CellSide = PanelWidth,
            Title = Text($"steps {table.Rows[0][0]:0} to {table.Rows[^1][0]:0}, {table.Rows[^1][1] / 60:0.0} minutes"),
            Rows = [.. Enumerable.Range(2, table.Columns.Count - 2).Select(column => Panel(table, column)).Chunk(PanelsPerRow).Select(row => new ContactSheetRow(row))],
        };
        File.WriteAllBytes(path, PictureCodec.EncodePng(sheet.Draw()));
    }

    private static ContactSheetCell Panel(CurveTable table, int column)
    {
        var points = table.Rows.Where(row => double.IsFinite(row[column])).ToArray();
        double[] values = [.. points.Select(row => row[column])];
        using var plot = new Plot();
        var line = plot.Add.ScatterLine(points.Select(row => row[0]).ToArray(), values);
        line.LineWidth = 1.5f;
        var picture = PlotPicture.Of(plot, PanelWidth, PanelHeight);
        return new ContactSheetCell(
            picture, table.Columns[column], Text($"from {values.Min():G4} to {values.Max():G4}, last {values[^1]:G4}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
