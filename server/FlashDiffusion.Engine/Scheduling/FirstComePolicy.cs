namespace FlashDiffusion.Engine.Scheduling;

/// <summary>First come, first served.</summary>
internal sealed class FirstComePolicy : ISchedulingPolicy
{
    /// <inheritdoc/>
    public string Name => "first_come";

    /// <inheritdoc/>
    public int Compare(IScheduledWork left, IScheduledWork right, long now) => left.Id.CompareTo(right.Id);
}
