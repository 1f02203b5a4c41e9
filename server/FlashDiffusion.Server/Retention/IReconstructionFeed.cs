using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Server.Retention;

/// <summary>What one call follows: a session of its own, or one that it shares.</summary>
internal interface IReconstructionFeed
{
    /// <summary>Number of the session in its engine.</summary>
    long Id { get; }

    /// <summary>Events in order, up to and with the last one. One reader only.</summary>
    IAsyncEnumerable<SessionEvent> ReadEventsAsync(CancellationToken cancellation);

    /// <summary>Follows no longer: a last event comes soon, and whatever nobody needs any more ends. Changes nothing after the last event.</summary>
    void Leave();

    /// <summary>Ends the reconstruction for all who follow it, because the server ends; the last event says where it can go on.</summary>
    void HandOff();
}
