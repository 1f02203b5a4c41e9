using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Devices;

/// <summary>Measures how units keep to what they were said to take, with what lies between them while there is work. Device loop only.</summary>
/// <param name="etas">Says what they take.</param>
/// <param name="awake">Clock by which they take their time.</param>
internal sealed class PaceWatch(EtaEstimator etas, TimeProvider awake)
{
    private long? _free;
    private long _since;
    private double? _said;

    /// <summary>Something else ran, which promises know of otherwise.</summary>
    public void Skip() => _free = awake.GetTimestamp();

    /// <summary>A unit begins.</summary>
    public void Begin(ScheduledBatch unit) => (_said, _since) = (etas.Measured(unit), _free ?? awake.GetTimestamp());

    /// <summary>It ended.</summary>
    public void End()
    {
        if (_said is { } seconds)
        {
            etas.Pace.Record(seconds, awake.GetElapsedTime(_since).TotalSeconds);
        }
    }

    /// <summary>A tick ends.</summary>
    /// <param name="hasWork">Whether it leaves work: if not, the device is not late when it waits.</param>
    public void Leave(bool hasWork) => _free = hasWork ? awake.GetTimestamp() : null;
}
