using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Batching;

/// <summary>
/// What becomes of a batch, or a part of one, whose unit threw. Nothing of it was committed and noise is a function, so that samples may take it again in other
/// company and nobody notices. For want of memory the batch is halved until it fits; for any other reason each sample goes alone, so
/// that only the one to blame fails. A fixed shape is never reshaped: where it does not fit, its samples can't be run. Device thread only.
/// </summary>
/// <param name="memory">Learns what does not fit.</param>
internal sealed class BatchSplit(MemoryBudget memory)
{
    /// <summary>Whether the last batch ran as it was.</summary>
    public bool RanWhole { get; private set; }

    /// <summary>Runs a batch; if that throws, in parts.</summary>
    /// <typeparam name="T">What it does to a sample.</typeparam>
    /// <param name="lane">The batch's lane.</param>
    /// <param name="samples">The batch.</param>
    /// <param name="attempt">Runs it, or a part of it, once.</param>
    /// <param name="blame">What it does to a sample that throws alone.</param>
    /// <returns>One outcome a sample.</returns>
    public IReadOnlyList<T> Run<T>(LaneKey lane, IReadOnlyList<Sample> samples, Func<IReadOnlyList<Sample>, IReadOnlyList<T>> attempt, Func<Sample, Exception, T> blame)
        where T : IRowOutcome
    {
        RanWhole = true;
        return Try(lane, samples, attempt, blame);
    }

    private IReadOnlyList<T> Try<T>(LaneKey lane, IReadOnlyList<Sample> samples, Func<IReadOnlyList<Sample>, IReadOnlyList<T>> attempt, Func<Sample, Exception, T> blame)
        where T : IRowOutcome
    {
        try
        {
            return attempt(samples);
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            RanWhole = false;
            var parts = Parts(samples, lane, exception);
            if (parts.Count == 0)
            {
                return [.. samples.Select(sample => blame(sample, exception))];
            }

            List<T> outcomes = [.. parts.SelectMany(part => Try(lane, part, attempt, blame))];

            // Not where one of them needs too much alone: the others may fit together as before.
            if (TorchErrors.IsOutOfMemory(exception) && outcomes.TrueForAll(outcome => outcome.Failure is not { Outcome: SessionOutcome.OutOfMemory }))
            {
                memory.Failed(LaneTiming.Of(lane), samples.Count);
            }

            return outcomes;
        }
    }

    // Empty if there is nothing left to try.
    private static IReadOnlyList<IReadOnlyList<Sample>> Parts(IReadOnlyList<Sample> batch, LaneKey lane, Exception exception)
    {
        if (!TorchErrors.IsOutOfMemory(exception))
        {
            return batch.Count == 1 ? [] : [.. batch.Select(sample => new[] { sample })];
        }

        return batch.Count == 1 || lane.Mode == ComputeMode.Exact ? [] : [[.. batch.Take(batch.Count / 2)], [.. batch.Skip(batch.Count / 2)]];
    }
}
