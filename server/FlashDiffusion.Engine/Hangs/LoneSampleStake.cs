using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A sample under way that is in no lane meanwhile.</summary>
/// <param name="sample">The sample.</param>
internal sealed class LoneSampleStake(Sample sample) : IStake
{
    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure) => losses.Ends.Strand(sample, failure);

    /// <inheritdoc/>
    public void Bury() => sample.Bury();
}
