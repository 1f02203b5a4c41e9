using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>The memory between two passes, a few thousand numbers.</summary>
internal readonly unsafe struct NormRooms : IDisposable
{
    private readonly float* _sums;

    /// <summary>Takes it and gives it to the work.</summary>
    public NormRooms(ref NormWork work)
    {
        var sums = 2L * work.Tasks * work.Channels;
        _sums = (float*)NativeMemory.Alloc((nuint)(sums + (3L * work.Batch * work.Channels)), sizeof(float));
        work.Sums = _sums;
        work.Factors = _sums + sums;
    }

    public void Dispose() => NativeMemory.Free(_sums);
}
