namespace FlashDiffusion.Cli.Display;

/// <summary>Chooses how to show things.</summary>
internal static class Displays
{
    public static IDisplay For(CliContext context, bool json = false) => json
        ? new SilentDisplay()
        : IsLive(context) ? new TerminalDisplay(context.Console) : new PlainDisplay(context.Console);

    /// <summary>Whether somebody looks at a terminal that can move its cursor.</summary>
    public static bool IsLive(CliContext context) => context.Console.Profile.Out.IsTerminal && context.Console.Profile.Capabilities.Ansi;
}
