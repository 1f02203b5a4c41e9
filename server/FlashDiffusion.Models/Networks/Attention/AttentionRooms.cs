namespace FlashDiffusion.Models.Networks;

/// <summary>What lies where in the room of a task of an attention block: a row's maps between the layers, the matrices of a head, and what a normalisation needs.</summary>
internal static unsafe class AttentionRooms
{
    /// <summary>(positions, C): after the normalisation, and after the last map.</summary>
    public static float* Map(ref AttentionWork work, int task) => work.Rooms + (task * Size(ref work));

    /// <summary>(positions, C): gradient of what the heads give; only backward.</summary>
    public static float* OutputGradient(ref AttentionWork work, int task) => Map(ref work, task) + ((long)work.Positions * work.Channels);

    /// <summary>(positions, 3 C): gradient of queries, keys and values; only backward.</summary>
    public static float* PackedGradient(ref AttentionWork work, int task) => OutputGradient(ref work, task) + ((long)work.Positions * work.Channels);

    /// <summary>Matrices of a head.</summary>
    public static float* Head(ref AttentionWork work, int task) => Map(ref work, task) + Maps(ref work);

    /// <summary>A normalisation's room.</summary>
    public static float* Norm(ref AttentionWork work, int task) => Head(ref work, task) + AttentionHead.Size(work.Positions, work.Maps.Layout, work.Backward);

    /// <summary>Numbers of a task's room.</summary>
    public static long Size(ref AttentionWork work)
    {
        var norm = work.Norm;
        norm.Batch = 1;
        return Maps(ref work) + AttentionHead.Size(work.Positions, work.Maps.Layout, work.Backward) + norm.Room;
    }

    private static long Maps(ref AttentionWork work) => (work.Backward ? 5L : 1L) * work.Positions * work.Channels;
}
