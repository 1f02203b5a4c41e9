namespace FlashDiffusion.Engine.Sessions;

/// <summary>Last event of a session that did not succeed.</summary>
/// <param name="Failure">Why.</param>
internal sealed record FailedEvent(Failure Failure) : SessionEvent;
