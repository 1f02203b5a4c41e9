using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

/// <summary>Work of a lane, without tensors.</summary>
internal sealed record FakeWork(long Id, LaneKey Lane) : IScheduledWork
{
    public long AcceptedAt { get; init; } = Id;

    public int RemainingSteps { get; set; } = 1;

    /// <summary>As a time of the day that began at timestamp 0.</summary>
    public DateTimeOffset? Deadline { get; init; }

    public long? DueAt => Deadline is { } deadline ? (long)((deadline - DateTimeOffset.UnixEpoch).TotalSeconds * 10) : null;

    public Priority Priority { get; init; } = Priority.Normal;

    public CallerKey Caller { get; init; }

    public CallerPlace Place { get; } = new();

    /// <summary>Ten timestamps a second, a second a step.</summary>
    public static SchedulingMoment At(long timestamp) => new(timestamp, 10, 1);

    public static LaneKey LaneOf(string kind, Stage stage = Stage.Step, int side = 8) => new()
    {
        Stage = stage,
        Model = "model",
        Kind = kind,
        Working = new PictureShape(side, side),
        Picture = new PictureShape(side, side),
    };
}
