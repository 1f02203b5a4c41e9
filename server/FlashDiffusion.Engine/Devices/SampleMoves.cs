using System.Collections.Immutable;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Evens out the work of several devices: between two units a device hands samples to the one with the least remaining work, as long
/// as that one still has less than itself afterwards. Noise is a function, so a move changes nothing; in exact mode a sample stays on
/// devices of one kind. One with a deadline stays where it was promised: the other device may have promised its time to others, and none of that
/// one's promises is in danger from samples without.
/// </summary>
/// <param name="loops">Every device.</param>
internal sealed class SampleMoves(ImmutableArray<DeviceLoop> loops)
{
    /// <summary>A sample is copied through the host, so with fewer steps left it is not worth it.</summary>
    private const int FewestSteps = 4;

    /// <summary>Two sums of the same numbers may differ in the last bits.</summary>
    private const double HalfOrABitMore = 0.5 + 1e-6;

    /// <summary>Moves at most one sample away from a device.</summary>
    /// <param name="from">The device whose unit just ended; called on its thread.</param>
    /// <returns>Whether one moved.</returns>
    public bool Consider(DeviceLoop from)
    {
        var to = loops.Where(loop => loop != from).MinBy(loop => loop.Pressure);
        if (to is null || from.Pressure <= to.Pressure)
        {
            return false;
        }

        var gap = from.Pressure - to.Pressure;
        var sample = from.Samples
            .Where(sample => sample.Deadline is null && sample.RemainingSteps >= FewestSteps && (sample.Session.Request.Mode == ComputeMode.Fast || from.Kind == to.Kind))
            .Select(sample => (Sample: sample, Work: from.WorkOf(sample)))
            .Where(candidate => candidate.Work <= HalfOrABitMore * gap)
            .OrderByDescending(candidate => candidate.Work)
            .ThenBy(candidate => candidate.Sample.Id)
            .Select(candidate => candidate.Sample)
            .FirstOrDefault();
        if (sample is null)
        {
            return false;
        }

        Move(sample, from, to);
        return true;
    }

    /// <summary>Moves a sample; on the thread of the device that it leaves.</summary>
    public static void Move(Sample sample, DeviceLoop from, DeviceLoop to)
    {
        var work = from.WorkOf(sample);
        var state = from.Suspend(sample);
        to.Arrive(() => to.Continue(sample, state), work);
        to.Wake();
    }
}
