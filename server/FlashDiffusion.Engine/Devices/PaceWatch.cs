using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Devices;

/// <summary>Measures how units keep to what they were said to take, with what lies between them while there is work. Device loop only.</summary>
/// <param name="etas">Says what they take.</param>
/// <param name="awake">Clock by which they take their time.</param>
internal sealed class PaceWatch(EtaEstimator etas, TimeProvider awake)
{
    private long? _free;
    private long? _idle;
    private long _since;
    private double? _said;

    /// <summary>A tick begins: after a long rest nothing that was measured before it says how units keep to it now.</summary>
    public void Wake()
    {
        if (_idle is { } since && awake.GetElapsedTime(since).TotalSeconds > Pace.Memory)
        {
            etas.Pace.Forget();
        }
    }

    /// <summary>What else a tick does was done.</summary>
    /// <param name="worked">Whether there was anything: promises know of that otherwise.</param>
    public void Skip(bool worked) => _free = worked ? awake.GetTimestamp() : _free;

    /// <summary>A unit begins.</summary>
    public void Begin(ScheduledBatch unit) => (_said, _since) = (etas.Measured(unit), _free ?? awake.GetTimestamp());

    /// <summary>It ended.</summary>
    /// <param name="whole">Whether it ran as it was: one in parts says nothing.</param>
    public void End(bool whole)
    {
        if (whole && _said is { } seconds)
        {
            etas.Pace.Record(seconds, awake.GetElapsedTime(_since).TotalSeconds);
        }
    }

    /// <summary>A tick ends, or its thread is lost.</summary>
    /// <param name="hasWork">Whether it leaves work: if not, the device is not late when it waits.</param>
    public void Leave(bool hasWork)
    {
        var now = awake.GetTimestamp();
        _free = hasWork ? now : null;
        _idle = hasWork ? null : _idle ?? now;
    }
}
