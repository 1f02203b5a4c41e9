using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Work that may arrive, for a policy to rank. No lane holds it.</summary>
/// <param name="id">Number, after those of all that there is.</param>
/// <param name="acceptedAt">Timestamp, in the future, of its admission.</param>
/// <param name="steps">Steps that it will take.</param>
internal sealed class ExpectedWork(long id, long acceptedAt, int steps) : IScheduledWork
{
    /// <inheritdoc/>
    public long Id => id;

    /// <inheritdoc/>
    public LaneKey Lane => throw new NotSupportedException("What has not arrived is in no lane.");

    /// <inheritdoc/>
    public long AcceptedAt => acceptedAt;

    /// <inheritdoc/>
    public int RemainingSteps => steps;

    /// <inheritdoc/>
    public long? DueAt => null;

    /// <inheritdoc/>
    public Priority Priority => Priority.Normal;

    /// <inheritdoc/>
    public CallerKey Caller => default;

    /// <inheritdoc/>
    public CallerPlace Place => throw new NotSupportedException("What has not arrived has no place.");
}
