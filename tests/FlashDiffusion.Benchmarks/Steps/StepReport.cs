using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Shows figures as a table and as JSON.</summary>
internal static class StepReport
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Print(StepFigures figures)
    {
        var table = new Table()
            .Title($"Guided step of {figures.Solver}, {figures.Model}, {figures.Picture}, {figures.Threads} threads")
            .AddColumns("batch", "step ms", "quartiles", "ms a sample", "network ms", "not network", "quartiles", "of CPU time", "quartiles");
        foreach (var batch in figures.Batches)
        {
            table.AddRow(
                Number(batch.Batch, "0"),
                Number(batch.StepMs, "0.0"),
                $"{Number(batch.StepMsLow, "0.0")}..{Number(batch.StepMsHigh, "0.0")}",
                Number(batch.StepMsPerSample, "0.0"),
                Number(batch.NetworkMs, "0.0"),
                Number(batch.Overhead, "0.0 %"),
                $"{Number(batch.OverheadLow, "0.0 %")}..{Number(batch.OverheadHigh, "0.0 %")}",
                Number(batch.CpuOverhead, "0.0 %"),
                $"{Number(batch.CpuOverheadLow, "0.0 %")}..{Number(batch.CpuOverheadHigh, "0.0 %")}");
        }

        AnsiConsole.Write(table);
    }

    public static void Write(StepFigures figures, string path) => File.WriteAllText(path, JsonSerializer.Serialize(figures, Json));

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
