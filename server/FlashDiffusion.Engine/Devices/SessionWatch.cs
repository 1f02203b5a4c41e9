using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Ends sessions whose time is up at that very time, on the timer's thread, however long the device is busy, and those that it has not looked at as soon as they
/// are lost; the device drops what it holds of them before its next unit of work. Safe to use from any thread.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="ends">How sessions end.</param>
/// <param name="time">Clock and timers.</param>
internal sealed class SessionWatch(EngineOptions options, SessionEnds ends, TimeProvider time)
{
    /// <summary>Timers take at most about 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>
    /// Time that a unit under way has to end before its sessions are handed off from where they stood before it: what remains of the time that a server keeps
    /// beyond its grace is for answers to travel.
    /// </summary>
    private static readonly TimeSpan LongestUnit = TimeSpan.FromSeconds(2);

    /// <summary>Watches a session until its end.</summary>
    public void Watch(ReconstructionSession session)
    {
        var request = session.Request;
        if (session.DueAt is { } due)
        {
            var left = time.GetElapsedTime(time.GetTimestamp(), due);
            session.Attach(TimerFor(left, () => ends.Expire(session, SessionEnds.ExpiryOf(session))));

            // Who has no time left for the least is told so while he listens: the device may be in a unit that is longer than all the time that he has.
            if (session.LostBefore() is > 0 and var least)
            {
                session.Attach(TimerFor(TimeSpan.FromSeconds(Math.Max(left.TotalSeconds - least, left.TotalSeconds / 2)), () => Lost(session)));
            }
        }

        session.HandingOff = () => session.Attach(TimerFor(LongestUnit, () => ends.HandOff(session)));
        var patience = request.QueueTimeout ?? (options.QueueSeconds > 0 ? TimeSpan.FromSeconds(options.QueueSeconds) : null);
        if (patience is { } longest)
        {
            session.Attach(TimerFor(longest, () => Impatient(session, longest)));
        }
    }

    private void Impatient(ReconstructionSession session, TimeSpan longest)
    {
        if (!session.HasBegun)
        {
            ends.Expire(session, SessionEnds.QueuedTooLong(session, longest));
        }
    }

    private void Lost(ReconstructionSession session)
    {
        if (!session.IsLookedAt)
        {
            ends.Expire(session, SessionEnds.ExpiryOf(session));
        }
    }

    private ITimer TimerFor(TimeSpan due, Action ring)
    {
        var wait = due <= TimeSpan.Zero ? TimeSpan.Zero : due < Longest ? due : Longest;
        return time.CreateTimer(static state => ((Action)state!)(), ring, wait, Timeout.InfiniteTimeSpan);
    }
}
