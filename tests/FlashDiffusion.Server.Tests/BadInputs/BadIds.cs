namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>Texts that can't be a <c>request_id</c>, beside the empty one.</summary>
internal static class BadIds
{
    public static string[] All { get; } = [new string('x', 129), "two words", "tab\tin it", "größe", "line\nbreak", "\0"];
}
