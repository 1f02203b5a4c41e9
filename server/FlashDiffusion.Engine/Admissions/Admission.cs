using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Answer to a submitted request: a session, or a rejection at once.</summary>
internal sealed record Admission
{
    private Admission(ReconstructionSession? session, Rejection? rejection) => (Session, Rejection) = (session, rejection);

    /// <summary>The session, if it was accepted.</summary>
    public ReconstructionSession? Session { get; }

    /// <summary>Why not, if it was refused.</summary>
    public Rejection? Rejection { get; }

    /// <summary>Whether there is a session.</summary>
    [MemberNotNullWhen(true, nameof(Session))]
    [MemberNotNullWhen(false, nameof(Rejection))]
    public bool IsAccepted => Session is not null;

    /// <summary>An accepted request.</summary>
    /// <param name="session">Its session.</param>
    /// <returns>The answer.</returns>
    public static Admission Accepted(ReconstructionSession session) => new(session, null);

    /// <summary>A refused request.</summary>
    /// <param name="rejection">Why.</param>
    /// <returns>The answer.</returns>
    public static Admission Refused(Rejection rejection) => new(null, rejection);
}
