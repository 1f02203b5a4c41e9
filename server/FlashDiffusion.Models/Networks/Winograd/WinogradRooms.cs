namespace FlashDiffusion.Models.Networks;

/// <summary>What lies where in the room of a task of a convolution: the patches and the tiles of a block at their points, and a pixel beyond the border.</summary>
internal static unsafe class WinogradRooms
{
    /// <summary>(points, tiles, in): the patches.</summary>
    public static float* Patches(ref WinogradWork work, int task) => work.Rooms + (task * Size(ref work));

    /// <summary>(points, tiles, out): the products.</summary>
    public static float* Products(ref WinogradWork work, int task) => Patches(ref work, task) + ((long)work.Points * work.InStride);

    /// <summary>(in) zeros.</summary>
    public static float* Border(ref WinogradWork work, int task) => Products(ref work, task) + ((long)work.Points * work.OutStride);

    /// <summary>Numbers of a task's room.</summary>
    public static long Size(ref WinogradWork work) => ((long)work.Points * (work.InStride + work.OutStride)) + work.InChannels + WinogradWork.Lanes;

    /// <summary>Numbers that a task of any convolution of these channels needs at most, a multiple of a cache line.</summary>
    public static long Most(int inChannels, int outChannels) =>
        Math.Max(Most(inChannels, outChannels, wide: false), Most(inChannels, outChannels, wide: true));

    private static long Most(int inChannels, int outChannels, bool wide) =>
        ((long)(inChannels + outChannels) * WinogradWork.Most(wide)) + (2L * WinogradWork.PointsOf(wide) * WinogradWork.Lanes) + inChannels + WinogradWork.Lanes;
}
