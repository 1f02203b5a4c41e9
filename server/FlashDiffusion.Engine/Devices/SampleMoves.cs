using System.Collections.Immutable;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Evens out the work of several devices: between two units a device hands samples to the one with the least remaining work that may take them, as
/// long as that one still has less than itself afterwards. Noise is a function, so a move changes nothing; in exact mode a sample stays on
/// devices of one kind, and none moves between a processor and a graphics device, whose time for it is another one's many times over. One with a deadline stays where it was promised: the other device may have promised its time to others, and none of that
/// one's promises is in danger from samples without.
/// </summary>
/// <param name="loops">Every device.</param>
internal sealed class SampleMoves(ImmutableArray<DeviceLoop> loops)
{
    /// <summary>A sample is copied through the host, so with fewer steps left it is not worth it.</summary>
    private const int FewestSteps = 4;

    /// <summary>Samples that are tried after a unit, should one not be to be copied.</summary>
    private const int Tries = 2;

    /// <summary>Two sums of the same numbers may differ in the last bits.</summary>
    private const double HalfOrABitMore = 0.5 + 1e-6;

    /// <summary>Moves at most one sample away from a device.</summary>
    /// <param name="from">The device whose unit just ended; called on its thread.</param>
    /// <returns>Whether one moved.</returns>
    public bool Consider(DeviceLoop from)
    {
        // Pressures change at any time as requests arrive: each is read once.
        var pressure = from.Pressure;
        (DeviceLoop Loop, double Gap)[] lighter =
            [.. loops.Where(loop => loop != from && IsProcessor(loop) == IsProcessor(from)).Select(loop => (Loop: loop, Gap: pressure - loop.Pressure)).Where(other => other.Gap > 0).OrderByDescending(other => other.Gap)];
        (Sample Sample, double Work)[] movable = lighter.Length == 0 ? [] :
        [
            .. from.Samples
                .Where(sample => sample.DueAt is null && sample.RemainingSteps >= FewestSteps)
                .Select(sample => (Sample: sample, Work: from.WorkOf(sample)))
                .OrderByDescending(candidate => candidate.Work)
                .ThenBy(candidate => candidate.Sample.Id),
        ];
        foreach (var (to, gap) in lighter)
        {
            if (movable.Where(candidate => candidate.Work <= HalfOrABitMore * gap && MayMove(candidate.Sample, from, to)).Take(Tries).Any(candidate => TryMove(candidate.Sample, from, to)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves a sample; on the thread of the device that it leaves.</summary>
    public static void Move(Sample sample, DeviceLoop from, DeviceLoop to)
    {
        var work = from.WorkOf(sample);
        var state = from.Suspend(sample);
        to.Arrive(() => to.Continue(sample, state), work);
        to.Wake();
    }

    // For want of host memory, say: it goes on where it is.
    private static bool TryMove(Sample sample, DeviceLoop from, DeviceLoop to)
    {
        try
        {
            Move(sample, from, to);
            return true;
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            return false;
        }
    }

    private static bool MayMove(Sample sample, DeviceLoop from, DeviceLoop to) => sample.Session.Request.Mode == ComputeMode.Fast || from.Kind == to.Kind;

    private static bool IsProcessor(DeviceLoop loop) => loop.Kind == DeviceNames.Processor;
}
