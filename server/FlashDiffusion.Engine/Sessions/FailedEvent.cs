using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>Last event of a session that did not succeed.</summary>
/// <param name="Failure">Why.</param>
internal sealed record FailedEvent(Failure Failure) : SessionEvent
{
    /// <summary>Where another engine can go on, if the session was handed off and asks for checkpoints.</summary>
    public Checkpoint? Checkpoint { get; init; }
}
