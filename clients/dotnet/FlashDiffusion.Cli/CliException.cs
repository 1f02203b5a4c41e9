namespace FlashDiffusion.Cli;

/// <summary>A failure that the message explains completely: what, where, and how to fix it.</summary>
/// <param name="message">The explanation.</param>
/// <param name="code">What the command ends with.</param>
internal sealed class CliException(string message, int code = ExitCode.Failed) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The command line is wrong, or names a file that can't be read.</summary>
    public static CliException Usage(string message) => new(message, ExitCode.Usage);
}
