using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Retention;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>One reconstruction of a storm, and what must become of it.</summary>
/// <param name="Session">As the engine has it.</param>
/// <param name="Retained">As the register has it; null for one without a name.</param>
/// <param name="Asked">What was asked for; null for one without a name.</param>
/// <param name="Detaches">Whether it goes on when nobody follows it.</param>
internal sealed record StormCase(ReconstructionSession Session, RetainedReconstruction? Retained, RequestFingerprint? Asked, bool Detaches)
{
    /// <summary>Calls that follow it now.</summary>
    public List<IReconstructionFeed> Followers { get; } = [];

    /// <summary>Calls that followed it to the end.</summary>
    public List<IReconstructionFeed> Readers { get; } = [];

    /// <summary>Whether it must end as cancelled: somebody said so, or nobody needs it.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Whether somebody said so.</summary>
    public bool OnRequest { get; set; }

    /// <summary>Whether it ever went on without a follower.</summary>
    public bool WentAlone { get; set; }

    /// <summary>Whether its end has reached the register.</summary>
    public bool HasSettled { get; set; }

    /// <summary>Whether nobody followed it at its end.</summary>
    public bool EndedAlone { get; set; }

    /// <summary>How it ended.</summary>
    public SessionEvent? Final { get; set; }

    /// <summary>Whether another call may follow it.</summary>
    public bool IsJoinable => !IsCancelled && Final is not FailedEvent;
}
