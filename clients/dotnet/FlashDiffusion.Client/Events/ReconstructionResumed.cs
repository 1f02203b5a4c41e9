using FlashDiffusion.V1;

namespace FlashDiffusion.Client;

/// <summary>A stream broke, and the reconstruction goes on.</summary>
/// <param name="Plan">What the server that goes on says: its notices, what a budget took away now.</param>
/// <param name="Server">Which server.</param>
/// <param name="Reason">What had happened, for people.</param>
/// <param name="HasOtherPlan">Whether it begins again and does otherwise than was said before, such as fewer steps in the time that is left; its progress then counts from step 1 again.</param>
public sealed record ReconstructionResumed(Accepted Plan, Uri Server, string Reason, bool HasOtherPlan) : ReconstructionEvent
{
    /// <summary>Steps that need not be done again; 0 if it begins again.</summary>
    public int Step => Plan.Resumed?.Step ?? 0;

    /// <summary>Whether that server promises the very bits of an uninterrupted reconstruction.</summary>
    public bool IsExact => Plan.Resumed?.Exact ?? false;
}
