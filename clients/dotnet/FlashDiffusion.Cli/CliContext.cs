using Spectre.Console;

namespace FlashDiffusion.Cli;

/// <summary>What a command may touch of the outside: where it writes and what time it is.</summary>
/// <param name="Console">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Clock">Time.</param>
internal sealed record CliContext(IAnsiConsole Console, TextWriter Error, TimeProvider Clock)
{
    // Lines of a pipe or a file have no width; this is one that tables fit into.
    private const int PipeWidth = 160;

    public static CliContext ForConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = PipeWidth;
        }

        return new CliContext(console, System.Console.Error, TimeProvider.System);
    }
}
