namespace FlashDiffusion.Engine.Hangs;

/// <summary>A call that foreign code makes of another part's code, on the thread that is in it.</summary>
/// <param name="Part">Whose code it is.</param>
/// <param name="Work">What it does, for a message.</param>
/// <param name="Began">Timestamp of its begin.</param>
internal sealed record NestedCall(object Part, string Work, long Began);
