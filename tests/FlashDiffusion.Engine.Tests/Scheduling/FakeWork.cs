using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

/// <summary>Work of a lane, without tensors.</summary>
internal sealed record FakeWork(long Id, LaneKey Lane) : IScheduledWork
{
    public long AcceptedAt => Id;

    public int RemainingSteps => 1;

    public DateTimeOffset? Deadline => null;

    public static LaneKey LaneOf(string kind, Stage stage = Stage.Step) => new()
    {
        Stage = stage,
        Model = "model",
        Kind = kind,
        Working = new PictureShape(8, 8),
        Picture = new PictureShape(8, 8),
    };
}
