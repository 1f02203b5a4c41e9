using FlashDiffusion.Cli.Demo;
using Spectre.Console;

namespace FlashDiffusion.Cli.Compare;

/// <summary>The comparison for people.</summary>
internal static class CompareTable
{
    public static Table Create(CompareFigures figures)
    {
        var table = new Table().Border(TableBorder.Ascii).AddColumn("solver");
        foreach (var column in (string[])["PSNR dB", "SSIM", "LSD dB", "residual", "steps", "UNet calls", "backward", "seconds"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddRow([.. Cells("(degraded)", figures.Degraded).Select(cell => new Text(cell))]);
        foreach (var solver in figures.Solvers)
        {
            string[] cells = solver.Result is { } quality
                ? [.. Cells(solver.Solver, quality), solver.Residual is { } residual ? Number(residual, 2) : "", $"{solver.Steps}", $"{solver.UnetForward}", $"{solver.UnetBackward}", Number(solver.Seconds, 1)]
                : [solver.Solver, "failed"];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        return table;
    }

    private static string[] Cells(string name, Quality quality) =>
        [name, Number(quality.PsnrDb, 2), Number(quality.Ssim, 3), Number(quality.LogSpectralDistanceDb, 1)];

    private static string Number(double value, int digits) => value.ToString($"F{digits}", System.Globalization.CultureInfo.InvariantCulture);
}
