using FlashDiffusion.Cli.Display;
using FlashDiffusion.V1;
using Spectre.Console;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class TerminalWatcherTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(25)]
    [InlineData(60)]
    public void Stepped_ToTheEndOfHoweverManySteps_FillsTheBar(int total)
    {
        using var output = new StringWriter();
        var task = new ProgressTask(1, "waiting", 1);
        var watcher = new TerminalWatcher(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }), task, "");

        watcher.Accepted(new Accepted { TotalSteps = 40 });
        watcher.Stepped(new StepReport(10, 40, null, null), new V1.Progress());
        Assert.Equal(25, task.Percentage);
        watcher.Stepped(new StepReport(total / 2, total, null, null), new V1.Progress());
        Assert.Equal(100.0 * (total / 2) / total, task.Percentage);
        watcher.Stepped(new StepReport(total, total, null, null), new V1.Progress());

        Assert.Equal((100, $"step {total} of {total}"), (task.Percentage, task.Description));
    }
}
