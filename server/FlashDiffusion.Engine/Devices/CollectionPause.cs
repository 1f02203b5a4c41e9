using System.Runtime;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Keeps the garbage collector from running while the device thread is in native code. TorchSharp passes the native handle of a
/// Scalar argument (hidden in every addition of tensors) without keeping the object alive during the call; a collection that another
/// thread provokes at that moment finalises it, and the call reads freed memory (seen as errors from c10::Scalar). Between two ticks
/// collections run as they like. Entering and leaving costs microseconds while the pause's budget is free.
/// </summary>
internal readonly ref struct CollectionPause : IDisposable
{
    /// <summary>What all threads together may allocate before the collector runs after all; a tick itself needs a few megabytes.</summary>
    private const long Budget = 64L * 1024 * 1024;

    // The runtime has one such region for the whole process: with several engines the others run unprotected meanwhile.
    private static int _taken;

    private readonly bool _mine;

    private CollectionPause(bool mine) => _mine = mine;

    /// <summary>Begins a pause; a no-op while another one lasts.</summary>
    public static CollectionPause Start()
    {
        if (Interlocked.Exchange(ref _taken, 1) == 1)
        {
            return default;
        }

        if (!GC.TryStartNoGCRegion(Budget, disallowFullBlockingGC: true))
        {
            // Nothing native is under way here, so this is the moment to make room.
            GC.Collect();
            GC.TryStartNoGCRegion(Budget, disallowFullBlockingGC: true);
        }

        return new CollectionPause(mine: true);
    }

    /// <summary>Ends the pause.</summary>
    public void Dispose()
    {
        if (!_mine)
        {
            return;
        }

        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }

        Volatile.Write(ref _taken, 0);
    }
}
