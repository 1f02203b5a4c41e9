namespace FlashDiffusion.Engine.Budgets;

/// <summary>Why a trajectory was shortened.</summary>
internal enum CutReason
{
    /// <summary>The whole one would not have been done in time.</summary>
    Deadline,

    /// <summary>The request allows fewer network calls.</summary>
    NetworkCalls,
}
