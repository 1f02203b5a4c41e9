using FlashDiffusion.Cli;
using Spectre.Console;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>Runs <c>flash</c> in this process and keeps what it wrote.</summary>
internal static class CommandRunner
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        await RunAsync(terminal: false, arguments);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(bool terminal, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new Output(output, terminal),
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Width = 160;
        var exit = await FlashCommandLine.RunAsync(arguments, new CliContext(console, error, TimeProvider.System));
        return (exit, output.ToString(), error.ToString());
    }

    private sealed class Output(TextWriter writer, bool terminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => terminal;

        public int Width => 160;

        public int Height => 50;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // Strings have none.
        }
    }
}
