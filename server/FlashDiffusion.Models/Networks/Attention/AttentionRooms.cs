using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>Memory of the tasks of an attention block: for each the room of a normalisation, a row's maps between the layers, and the matrices of a head.</summary>
internal readonly unsafe struct AttentionRooms : IDisposable
{
    private const nuint CacheLine = 64;

    private readonly float* _rooms;

    /// <summary>Takes it and gives it to the work.</summary>
    public AttentionRooms(ref AttentionWork work)
    {
        _rooms = (float*)NativeMemory.AlignedAlloc((nuint)(work.Tasks * Size(ref work)) * sizeof(float), CacheLine);
        work.Rooms = _rooms;
    }

    /// <summary>(positions, C): after the normalisation, and after the last map.</summary>
    public static float* Map(ref AttentionWork work, int task) => work.Rooms + (task * Size(ref work));

    /// <summary>(positions, C): what the heads give, side by side.</summary>
    public static float* Attended(ref AttentionWork work, int task) => Map(ref work, task) + ((long)work.Positions * work.Layout.Channels);

    /// <summary>(positions, 3 C): gradient of queries, keys and values; only backward.</summary>
    public static float* PackedGradient(ref AttentionWork work, int task) => Attended(ref work, task) + ((long)work.Positions * work.Layout.Channels);

    /// <summary>Matrices of a head.</summary>
    public static float* Head(ref AttentionWork work, int task) => PackedGradient(ref work, task) + (work.Backward ? 3L * work.Positions * work.Layout.Channels : 0);

    /// <summary>A normalisation's room.</summary>
    public static float* Norm(ref AttentionWork work, int task) => Head(ref work, task) + AttentionHead.Size(ref work);

    public void Dispose() => NativeMemory.AlignedFree(_rooms);

    private static long Size(ref AttentionWork work)
    {
        var norm = work.Norm;
        norm.Batch = 1;
        return ((work.Backward ? 5L : 2L) * work.Positions * work.Layout.Channels) + AttentionHead.Size(ref work) + NormRooms.Size(ref norm);
    }
}
