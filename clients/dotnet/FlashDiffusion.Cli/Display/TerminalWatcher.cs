using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Spectre.Console;

namespace FlashDiffusion.Cli.Display;

/// <summary>One reconstruction as a bar among others, and what stays above them.</summary>
internal sealed class TerminalWatcher(IAnsiConsole console, ProgressTask task, string prefix) : IReconstructionWatcher
{
    public void Accepted(Accepted accepted)
    {
        console.WriteLine(prefix + Lines.Describe(accepted));
        task.IsIndeterminate = false;
        task.MaxValue = Math.Max(1, accepted.TotalSteps);
        task.Description = Markup.Escape($"{prefix}step 0 of {accepted.TotalSteps}");
    }

    public void Stepped(StepReport report, V1.Progress progress)
    {
        // A deadline may have taken more away since it was accepted.
        task.MaxValue = Math.Max(1, report.TotalSteps);
        task.Value = report.Step;
        task.Description = Markup.Escape(prefix + Lines.Describe(report));
    }

    public void Resumed(ReconstructionResumed resumed) => console.WriteLine(prefix + Lines.Describe(resumed));

    public void Ended() => task.StopTask();
}
