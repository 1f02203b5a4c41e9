using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A batch of samples, all of it, even where it is computed in parts.</summary>
/// <param name="samples">The samples.</param>
/// <param name="lane">The lane that they wait in.</param>
internal sealed class SampleStake(IReadOnlyList<Sample> samples, LaneKey lane) : IStake
{
    /// <summary>Their operator, once it is bound.</summary>
    public BoundOperator? Bound { get; set; }

    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure)
    {
        foreach (var sample in samples)
        {
            losses.Scheduler.Remove(sample, lane);
            losses.Ends.Strand(sample, failure);
        }

        if (Bound is { } bound)
        {
            losses.Operators.Forget(bound);
        }
    }

    /// <inheritdoc/>
    public void Bury()
    {
        foreach (var sample in samples)
        {
            sample.Dispose();
            sample.Session.Lease?.Dispose();
        }

        Bound?.Dispose();
    }
}
