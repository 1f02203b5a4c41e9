namespace FlashDiffusion.Engine.Admissions;

/// <summary>Kinds of refusal.</summary>
internal enum RejectionReason
{
    /// <summary>All places are taken; try again later.</summary>
    QueueFull,

    /// <summary>All places for estimates and degradations are taken; try again in a moment.</summary>
    WorkFull,

    /// <summary>The engine finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>The request can't be run as it is.</summary>
    Invalid,

    /// <summary>The plan of its solver or its operator threw or hung; counted only, and told as a failure.</summary>
    PlanFailed,

    /// <summary>An estimate or a degradation failed on its device; counted only, and told as a failure.</summary>
    WorkFailed,
}
