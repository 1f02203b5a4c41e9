using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Batching;

/// <summary>
/// What becomes of a batch, or a part of one, whose unit threw. Nothing of it was committed and noise is a function, so that samples may take it again in other
/// company and nobody notices. For want of memory the batch is halved until it fits; for any other reason each sample goes alone, so
/// that only the one to blame fails. A fixed shape is never reshaped: where it does not fit, its samples can't be run.
/// </summary>
internal static class BatchSplit
{
    /// <summary>The parts to try again; empty if there is nothing left to try.</summary>
    /// <typeparam name="T">Kind of work.</typeparam>
    /// <param name="batch">The batch that threw.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="exception">What was thrown.</param>
    public static IReadOnlyList<IReadOnlyList<T>> Parts<T>(IReadOnlyList<T> batch, LaneKey lane, Exception exception)
    {
        if (!TorchErrors.IsOutOfMemory(exception))
        {
            return batch.Count == 1 ? [] : [.. batch.Select(item => new[] { item })];
        }

        return batch.Count == 1 || lane.Mode == ComputeMode.Exact ? [] : [[.. batch.Take(batch.Count / 2)], [.. batch.Skip(batch.Count / 2)]];
    }
}
