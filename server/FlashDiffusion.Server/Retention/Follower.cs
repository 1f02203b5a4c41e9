using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Server.Retention;

/// <summary>One call among those that follow a retained reconstruction; a slow one misses progress events and holds up nobody.</summary>
internal sealed class Follower(RetainedReconstruction retained) : IReconstructionFeed
{
    /// <summary>Its own copies of the events.</summary>
    public EventStream Events { get; } = new();

    public long Id => retained.SessionId;

    public IAsyncEnumerable<SessionEvent> ReadEventsAsync(CancellationToken cancellation) => Events.ReadAsync(cancellation);

    public void Leave() => retained.Leave(this);

    public void HandOff() => retained.HandOff();
}
