using Spectre.Console;

namespace FlashDiffusion.Cli.Demo;

/// <summary>The demo's figures for people.</summary>
internal static class FiguresTable
{
    public static Table Create(DemoFigures figures)
    {
        var table = new Table().Border(TableBorder.Ascii)
            .AddColumn("picture")
            .AddColumn(new TableColumn("PSNR dB").RightAligned())
            .AddColumn(new TableColumn("SSIM").RightAligned())
            .AddColumn(new TableColumn("log-spectral distance dB").RightAligned());
        Add(table, "degraded (before)", figures.Degraded);
        if (figures.DecodedMean is { } mean)
        {
            Add(table, "decoded severity mean", mean);
        }

        Add(table, "result (after)", figures.Result);
        return table;
    }

    public static string Cost(DemoFigures figures, TimeSpan total)
    {
        var saved = figures.FullSteps > 0 ? 100 - (100.0 * figures.Steps / figures.FullSteps) : 0;
        return FormattableString.Invariant(
            $"steps {figures.Steps} of {figures.FullSteps} ({saved:0} % saved), UNet calls {figures.UnetCalls}, {figures.StepsPerSecond:0.0} steps/s, reconstruction {figures.ReconstructionSeconds:0.0} s, wall time {total.TotalSeconds:0.0} s");
    }

    private static void Add(Table table, string name, Quality quality) => table.AddRow(
        name,
        FormattableString.Invariant($"{quality.PsnrDb:0.00}"),
        FormattableString.Invariant($"{quality.Ssim:0.000}"),
        FormattableString.Invariant($"{quality.LogSpectralDistanceDb:0.0}"));
}
