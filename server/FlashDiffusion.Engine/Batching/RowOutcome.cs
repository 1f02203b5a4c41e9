using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Batching;

/// <summary>What a step did to one sample.</summary>
/// <param name="Sample">The sample.</param>
internal sealed record RowOutcome(Sample Sample) : IRowOutcome
{
    /// <summary>Why it failed; null if it advanced.</summary>
    public Failure? Failure { get; init; }

    /// <summary>What to show, if it was time to.</summary>
    public Snapshot? Snapshot { get; init; }
}
