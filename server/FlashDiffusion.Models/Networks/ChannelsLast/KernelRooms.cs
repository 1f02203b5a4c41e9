using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>Memory that the tasks of a kernel work in while it runs, from the edge of a cache line on.</summary>
/// <param name="numbers">Numbers of all tasks together.</param>
internal readonly unsafe struct KernelRooms(long numbers) : IDisposable
{
    private const nuint CacheLine = 64;

    /// <summary>Where it begins; nothing is in it yet.</summary>
    public float* At { get; } = (float*)NativeMemory.AlignedAlloc((nuint)numbers * sizeof(float), CacheLine);

    public void Dispose() => NativeMemory.AlignedFree(At);
}
