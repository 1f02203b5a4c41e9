using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>The memory between two passes, a few thousand numbers.</summary>
internal readonly unsafe struct NormRooms : IDisposable
{
    private readonly float* _sums;

    /// <summary>Takes it and gives it to the work.</summary>
    public NormRooms(ref NormWork work)
    {
        _sums = (float*)NativeMemory.Alloc((nuint)Size(ref work), sizeof(float));
        Give(ref work, _sums);
    }

    /// <summary>Numbers that a work needs.</summary>
    public static long Size(ref NormWork work) => ((2L * work.Tasks) + (3L * work.Batch)) * work.Channels;

    /// <summary>Gives memory of that size to a work.</summary>
    public static void Give(ref NormWork work, float* room)
    {
        work.Sums = room;
        work.Factors = room + (2L * work.Tasks * work.Channels);
    }

    public void Dispose() => NativeMemory.Free(_sums);
}
