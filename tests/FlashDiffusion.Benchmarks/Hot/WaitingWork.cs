using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>Work that waits in one of a few lanes, without tensors.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Number">Number of its lane.</param>
internal sealed record WaitingWork(long Id, int Number) : IScheduledWork
{
    private static readonly LaneKey[] Lanes = [.. Enumerable.Range(0, 3).Select(number => new LaneKey
    {
        Stage = Stage.Step, Model = "model", Kind = $"kind {number}", Working = new PictureShape(64, 64), Picture = new PictureShape(64, 64),
    })];

    public LaneKey Lane => Lanes[Number];

    public long AcceptedAt => Id;

    public int RemainingSteps => 1 + (int)(Id * 37 % 200);

    public long? DueAt => null;

    public Priority Priority => Priority.Normal;

    public CallerKey Caller => default;

    public CallerPlace Place { get; } = new();
}
