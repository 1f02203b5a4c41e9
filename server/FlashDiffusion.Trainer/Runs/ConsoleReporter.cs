using System.Globalization;
using Spectre.Console;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>A progress bar on a terminal; a line every half minute where output goes to a file.</summary>
internal sealed class ConsoleReporter(TimeProvider time, ProgressTask? bar) : IRunReporter
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);
    private long _lastLine;

    /// <summary>Runs <paramref name="body"/> with a reporter that suits the console.</summary>
    public static void Run(TimeProvider time, string title, Action<IRunReporter> body)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            body(new ConsoleReporter(time, null));
            return;
        }

        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => body(new ConsoleReporter(time, context.AddTask(title, maxValue: 1))));
    }

    public void Stepped(RunPosition position, double progress, double loss, double samplesPerSecond)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"step {position.Step}  {position.Seconds / 60:F1} min  {progress:P1}  loss {loss:F4}  {samplesPerSecond:F1} samples/s");
        if (bar is not null)
        {
            bar.Value = progress;
            bar.Description = line;
        }
        else if (_lastLine == 0 || time.GetElapsedTime(_lastLine) >= LineInterval)
        {
            _lastLine = time.GetTimestamp();
            Console.WriteLine(line);
        }
    }

    public void Validated(RunPosition position, IReadOnlyDictionary<string, double> figures)
    {
        var values = figures.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:G5}"));
        var line = $"validation at step {position.Step}: {string.Join("  ", values)}";
        if (bar is not null)
        {
            AnsiConsole.WriteLine(line);
        }
        else
        {
            Console.WriteLine(line);
        }
    }
}
