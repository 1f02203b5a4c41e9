namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>What every client is made to do; the programs of the clients say the same words.</summary>
internal static class GridColumns
{
    public const string Unary = "unary";
    public const string Streaming = "streaming";
    public const string Cancel = "cancel";
    public const string Deadline = "deadline";
    public const string BadInput = "bad input";
    public const string Large = "large tensors";
    public const string Resume = "resume after a kill";

    public static IReadOnlyList<string> All { get; } = [Unary, Streaming, Cancel, Deadline, BadInput, Large, Resume];
}
