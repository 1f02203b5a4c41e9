using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// A batch of samples, all of it, even where it is computed in parts. Of one whose operator hangs those go on that have another: what the lost thread holds
/// of them are copies.
/// </summary>
/// <param name="samples">The samples.</param>
/// <param name="lane">The lane that they wait in.</param>
internal sealed class SampleStake(IReadOnlyList<Sample> samples, LaneKey lane) : IStake
{
    private volatile object? _blamed;

    /// <summary>Their operators, once they are bound.</summary>
    public BoundBatch? Bound { get; set; }

    private IEnumerable<Sample> Lost => _blamed is IForwardOperatorFamily family
        ? samples.Where(sample => ReferenceEquals(sample.Piece.Degradation?.Family, family))
        : samples;

    /// <inheritdoc/>
    public void Blame(object part) => _blamed = part;

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure)
    {
        Sample[] lost = [.. Lost];
        foreach (var sample in lost)
        {
            losses.Scheduler.Remove(sample, lane);
            losses.Ends.Strand(sample, failure);
        }

        // Where the batch ran in parts some have taken their step already.
        foreach (var sample in samples.Except(lost).Where(sample => sample.Lane != lane))
        {
            losses.Scheduler.Remove(sample, lane);
            losses.Scheduler.Add(sample);
        }

        if (Bound is { } bound)
        {
            losses.Operators.Forget(bound);
        }
    }

    /// <inheritdoc/>
    public void Bury()
    {
        foreach (var sample in Lost)
        {
            sample.Bury();
        }

        Bound?.Dispose();
    }
}
