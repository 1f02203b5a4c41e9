using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A session that is no sample yet, or none that is in a lane.</summary>
/// <param name="session">The session.</param>
internal sealed class SessionStake(ReconstructionSession session) : IStake
{
    /// <summary>Frees what is held for it beside its lease.</summary>
    public Action Held { get; set; } = () => { };

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure) => losses.Ends.Strand(session, failure);

    /// <inheritdoc/>
    public void Bury()
    {
        Held();
        session.Lease?.Dispose();
    }
}
