using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Server.Retention;

/// <summary>A session that one call alone follows: it ends with the call.</summary>
internal sealed class SessionFeed(ReconstructionSession session) : IReconstructionFeed
{
    public long Id => session.Id;

    public IAsyncEnumerable<SessionEvent> ReadEventsAsync(CancellationToken cancellation) => session.ReadEventsAsync(cancellation);

    public void Leave() => session.Cancel();

    public void HandOff() => session.HandOff();
}
