namespace FlashDiffusion.Cli;

/// <summary>A failure that the message explains completely: what, where, and how to fix it.</summary>
internal sealed class CliException(string message) : Exception(message);
