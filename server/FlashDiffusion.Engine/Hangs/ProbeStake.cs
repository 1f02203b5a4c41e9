using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>Measurements that are being looked at, all of a unit's, even where they are looked at one by one.</summary>
/// <param name="probes">The probes; in no lane any more.</param>
internal sealed class ProbeStake(IReadOnlyList<SeverityProbe> probes) : IStake
{
    /// <inheritdoc/>
    public void Strand(Losses losses, Failure failure)
    {
        foreach (var probe in probes)
        {
            probe.Stranded(failure);
        }
    }

    /// <inheritdoc/>
    public void Bury()
    {
        foreach (var probe in probes)
        {
            probe.Buried();
        }
    }
}
