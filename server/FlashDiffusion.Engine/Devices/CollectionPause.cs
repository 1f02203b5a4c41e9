using System.Runtime;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Keeps the garbage collector from running while a device thread is in native code. TorchSharp passes the native handle of a
/// Scalar argument (hidden in every addition of tensors) without keeping the object alive during the call; a collection that another
/// thread provokes at that moment finalises it, and the call reads freed memory (seen as errors from c10::Scalar). While no device
/// thread is in a tick collections run as they like. Entering and leaving costs microseconds while the pause's budget is free.
/// </summary>
/// <remarks>
/// The runtime has one such region for the whole process. Several device threads share it: the first to come begins it, the last to go
/// ends it. Threads that overlap for ever would never end it, so once half of the budget is used newcomers wait, for one tick of the
/// others, until all have gone; but not for one that takes longer than <see cref="Patience"/>, as a slow device's does, one that reads weights, or one that
/// hangs, as long as there is room for as much again, and then for a minute each time. Whoever gives a hanging thread up disposes of its pause on its behalf, and the second time does nothing.
/// </remarks>
internal sealed class CollectionPause : IDisposable
{
    /// <summary>What all threads together may allocate before the collector runs after all; a tick itself needs a few megabytes.</summary>
    private const long Budget = 64L * 1024 * 1024;

    /// <summary>The same where several devices may have to wait for each other.</summary>
    private const long SharedBudget = 4 * Budget;

    /// <summary>
    /// What is allocated before garbage is collected between two ticks. The runtime does not do it by itself: while there is memory it gives each pause
    /// new room, and the process grew by all that it ever allocated, native memory of forgotten handles included.
    /// </summary>
    private const long Interval = 32L * 1024 * 1024;

    /// <summary>How long others wait for a thread to leave while there is room.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The same where there is none: then the collector runs while it is inside.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(1);

    private static readonly object Gate = new();
    private static int _inside;
    private static long _allocatedAtStart;
    private static long _allocatedAtCollection;
    private static bool _closing;
    private static long _closesAt;
    private static long _budget = Budget;
    private static long _room;

    private bool _gone;

    private CollectionPause()
    {
    }

    private static long Allocated => GC.GetTotalAllocatedBytes() - _allocatedAtStart;

    /// <summary>Says how many devices there are in this process.</summary>
    public static void Expect(int devices)
    {
        lock (Gate)
        {
            _budget = devices > 1 ? SharedBudget : Budget;
        }
    }

    /// <summary>Begins a pause, or joins the one that lasts.</summary>
    public static CollectionPause Start()
    {
        lock (Gate)
        {
            while (_closing)
            {
                if (!Monitor.Wait(Gate, Allocated < _room - (2 * Interval) ? Patience : LongPatience) && _closing)
                {
                    (_closing, _closesAt) = (false, Allocated + Interval);
                    Monitor.PulseAll(Gate);
                }
            }

            if (_inside++ == 0)
            {
                Begin();
            }
        }

        return new CollectionPause();
    }

    /// <summary>Collects garbage at a moment when no pause lasts; pauses that would begin meanwhile wait.</summary>
    public static void Collect()
    {
        lock (Gate)
        {
            while (_inside > 0)
            {
                _closing = true;
                Monitor.Wait(Gate);
            }

            GC.Collect();
        }
    }

    /// <summary>Ends the pause, or leaves it to the others.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_gone)
            {
                return;
            }

            _gone = true;
            if (--_inside > 0)
            {
                _closing |= Allocated > _closesAt;
                return;
            }

            try
            {
                if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                {
                    GC.EndNoGCRegion();
                }
            }
            catch (InvalidOperationException)
            {
                // Another thread's allocation has just ended it.
            }

            _closing = false;
            Monitor.PulseAll(Gate);
        }
    }

    // Nothing native is under way here.
    private static void Begin()
    {
        _allocatedAtStart = GC.GetTotalAllocatedBytes();
        if (_allocatedAtStart - _allocatedAtCollection > Interval)
        {
            _allocatedAtCollection = _allocatedAtStart;
            GC.Collect();
        }

        _closesAt = Interval;
        _room = _budget;
        if (!TryStart(_budget))
        {
            GC.Collect();
            _room = Budget;
            TryStart(Budget);
        }
    }

    private static bool TryStart(long budget)
    {
        try
        {
            return GC.TryStartNoGCRegion(budget, disallowFullBlockingGC: true);
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than the process may have at once.
            return false;
        }
    }
}
