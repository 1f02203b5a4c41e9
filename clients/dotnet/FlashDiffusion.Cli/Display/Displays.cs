namespace FlashDiffusion.Cli.Display;

/// <summary>Chooses how to show things.</summary>
internal static class Displays
{
    public static IDisplay For(CliContext context) =>
        context.Console.Profile.Out.IsTerminal && context.Console.Profile.Capabilities.Ansi
            ? new TerminalDisplay(context.Console)
            : new PlainDisplay(context.Console);
}
