using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>A request in virtual time.</summary>
/// <param name="id">Its number.</param>
/// <param name="acceptedAt">Timestamp of its arrival.</param>
/// <param name="steps">Its steps.</param>
/// <param name="lane">Its lane; null for one that all share.</param>
internal sealed class QueuedWork(long id, long acceptedAt, int steps, LaneKey? lane = null) : IScheduledWork
{
    public static readonly LaneKey OnlyLane = new()
    {
        Stage = Stage.Step, Model = "model", Working = new PictureShape(64, 64), Picture = new PictureShape(64, 64),
    };

    public long Id => id;

    public LaneKey Lane { get; private set; } = lane ?? OnlyLane;

    public long AcceptedAt => acceptedAt;

    public int RemainingSteps { get; set; } = steps;

    public long? DueAt => null;

    public Priority Priority => Priority.Normal;

    public CallerKey Caller => default;

    public CallerPlace Place { get; } = new();

    /// <summary>Goes on to its last decode.</summary>
    public void BeginDecode() => Lane = Lane with { Stage = Stage.Decode };
}
