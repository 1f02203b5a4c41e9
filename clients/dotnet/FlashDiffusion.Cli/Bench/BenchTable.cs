using Spectre.Console;

namespace FlashDiffusion.Cli.Bench;

/// <summary>The figures for people.</summary>
internal static class BenchTable
{
    public static Table Create(BenchFigures figures)
    {
        var table = new Table().Border(TableBorder.Ascii).AddColumn("seconds, from when a request was due");
        foreach (var column in (string[])["p50", "p90", "p99", "max"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        Add(table, "accepted", figures.AcceptedSeconds);
        Add(table, "first latent", figures.FirstLatentSeconds);
        Add(table, "result", figures.TotalSeconds);
        Add(table, "(sent late by the generator)", figures.LateSeconds);
        return table;
    }

    public static IEnumerable<string> Summary(BenchFigures figures)
    {
        yield return FormattableString.Invariant(
            $"requests {figures.Requests} ({figures.Arrivals}), rate offered {figures.OfferedRate:0.###}/s, sent {figures.SentRate:0.###}/s, {figures.Seconds:0.0} s in all");
        yield return FormattableString.Invariant(
            $"completed {figures.Completed} ({figures.CompletedPerSecond:0.###}/s, {figures.StepsPerSecond:0.0} steps/s, UNet calls {figures.UnetForward}), refused {figures.Refused}, errors {figures.Failed}, lost {figures.Lost}, resumes {figures.Resumes}");
        if (figures.Problems.Count > 0)
        {
            yield return $"problems: {string.Join(", ", figures.Problems.Select(problem => $"{problem.Key} {problem.Value}"))}";
        }
    }

    private static void Add(Table table, string name, Percentiles? times)
    {
        string[] cells = times is null ? [name, "-", "-", "-", "-"] : [name, Seconds(times.P50), Seconds(times.P90), Seconds(times.P99), Seconds(times.Max)];
        table.AddRow([.. cells.Select(cell => new Text(cell))]);
    }

    private static string Seconds(double value) => value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
}
