using System.CommandLine;
using System.CommandLine.Invocation;
using FlashDiffusion.Cli.Commands;
using FlashDiffusion.Client;

namespace FlashDiffusion.Cli;

/// <summary>The <c>flash</c> command line.</summary>
internal static class FlashCommandLine
{
    // Long enough to end a server that the command started.
    private static readonly TimeSpan TimeToTidyUp = TimeSpan.FromSeconds(10);

    public static RootCommand Create(CliContext context) => new($"Severity-adaptive reconstruction of degraded pictures by a FlashDiffusion server.\n\n{ExitCode.Help}")
    {
        DemoCommand.Create(context),
        ReconstructCommand.Create(context),
        WatchCommand.Create(context),
        CompareCommand.Create(context),
        DegradeCommand.Create(context),
        SeverityCommand.Create(context),
        BenchCommand.Create(context),
        ModelsCommand.Create(context),
        SolversCommand.Create(context),
        OperatorsCommand.Create(context),
    };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context)
    {
        // Whoever types the bare name wants to know what there is.
        var parsed = Create(context).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (parsed.Action is ParseErrorAction errors)
        {
            return await ParseErrors.TellAsync(parsed, errors, context.Error).ConfigureAwait(false);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToTidyUp,
                Output = context.Console.Profile.Out.Writer,
                Error = context.Error,
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await context.Error.WriteLineAsync("flash: cancelled.").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is CliException or FlashException or IOException or UnauthorizedAccessException)
        {
            await context.Error.WriteLineAsync($"flash: {exception.Message.ReplaceLineEndings(" ")}{ConnectionHints.Of(exception)}").ConfigureAwait(false);
            return ExitCode.Of(exception);
        }
    }
}
