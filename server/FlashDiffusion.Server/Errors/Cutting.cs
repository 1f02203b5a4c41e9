namespace FlashDiffusion.Server.Errors;

/// <summary>Shortens texts that go back to their sender. Never to half of a character: what writes JSON throws at one.</summary>
internal static class Cutting
{
    private const string Mark = "…";

    /// <summary>The beginning of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Most UTF-16 units of it.</param>
    public static string Head(string text, int longest) => text.Length <= longest ? text : string.Concat(text.AsSpan(0, Before(text, longest)), Mark);

    /// <summary>A text without its middle: what is wrong stands at the beginning, how to fix it at the end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Most UTF-16 units of the answer.</param>
    public static string Middle(string text, int longest) => text.Length <= longest
        ? text
        : string.Concat(text.AsSpan(0, Before(text, longest / 2)), Mark, text.AsSpan(After(text, text.Length - (longest / 2) + 1)));

    private static int Before(string text, int at) => char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;

    private static int After(string text, int at) => char.IsLowSurrogate(text[at]) ? at + 1 : at;
}
