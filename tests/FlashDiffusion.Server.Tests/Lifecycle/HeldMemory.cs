using System.Runtime.InteropServices;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>
/// What is allocated in this process. Not what is resident: both allocators keep what was freed, and the collector takes a reserve of 64 MiB
/// for each pause of it, which comes and goes between two readings.
/// </summary>
internal static class HeldMemory
{
    /// <summary>Bytes that are in use on the managed heap after a collection, and in the C library's, which tensors lie in (0 where that is not glibc).</summary>
    public static long Bytes()
    {
        var managed = GC.GetTotalMemory(forceFullCollection: false);
        try
        {
            var native = OperatingSystem.IsLinux() ? Information() : default;
            return managed + (long)native.InUse + (long)native.Mapped;
        }
        catch (EntryPointNotFoundException)
        {
            return managed;
        }
    }

    /// <summary>What a cycle leaves behind: the median of the steps from each reading to the next over the second half of them.</summary>
    /// <remarks>What is lost is lost in every cycle; caches grow and go in a few jumps of megabytes, which no median sees.</remarks>
    /// <param name="readings">Bytes after each cycle, at least four.</param>
    public static long LostPerCycle(IReadOnlyList<long> readings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(readings.Count, 4);
        long[] steps = [.. readings.Zip(readings.Skip(1), (before, after) => after - before).Skip((readings.Count - 1) / 2).Order()];
        return steps[steps.Length / 2];
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern Heap Information();

    /// <summary>As in malloc.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Heap
    {
        public readonly nuint Arena;
        public readonly nuint FreeChunks;
        public readonly nuint FastChunks;
        public readonly nuint MappedRegions;
        public readonly nuint Mapped;
        public readonly nuint Unused;
        public readonly nuint InFastChunks;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Releasable;
    }
}
