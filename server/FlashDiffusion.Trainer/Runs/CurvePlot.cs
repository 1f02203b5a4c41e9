using ScottPlot;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>Draws figures over steps as a PNG, one panel a figure.</summary>
internal static class CurvePlot
{
    private const int PanelWidth = 560;
    private const int PanelHeight = 320;
    private const int MaxPanels = 8;

    /// <summary>Writes the picture; nothing when the table has fewer than two rows.</summary>
    public static void Write(CurveTable table, string path)
    {
        if (table.Rows.Count < 2)
        {
            return;
        }

        var panels = Math.Min(MaxPanels, table.Columns.Count - 2);
        var multiplot = new Multiplot();
        multiplot.AddPlots(panels);
        for (var panel = 0; panel < panels; panel++)
        {
            Draw(multiplot.GetPlot(panel), table, panel + 2);
        }

        var columns = panels > 1 ? 2 : 1;
        var rows = (panels + columns - 1) / columns;
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns);
        multiplot.SavePng(path, PanelWidth * columns, PanelHeight * rows);
    }

    private static void Draw(Plot plot, CurveTable table, int column)
    {
        var points = table.Rows.Where(row => double.IsFinite(row[column])).ToArray();
        var line = plot.Add.ScatterLine(points.Select(row => row[0]).ToArray(), points.Select(row => row[column]).ToArray());
        line.LineWidth = 1.2f;
        plot.Title(table.Columns[column], 14);
        plot.XLabel("step", 11);
    }
}
