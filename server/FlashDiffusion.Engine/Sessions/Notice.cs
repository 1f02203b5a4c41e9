namespace FlashDiffusion.Engine.Sessions;

/// <summary>Something that the caller should know.</summary>
/// <param name="Code">Stable name in UPPER_SNAKE_CASE.</param>
/// <param name="Message">One sentence: what happened and what it means.</param>
internal sealed record Notice(string Code, string Message);
