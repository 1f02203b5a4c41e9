using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>Memory of the tasks of a convolution: for each the patches and the tiles of a block at their points, and a pixel beyond the border.</summary>
internal readonly unsafe struct WinogradRooms : IDisposable
{
    private const nuint CacheLine = 64;

    private readonly float* _rooms;

    /// <summary>Takes it and gives it to the work.</summary>
    public WinogradRooms(ref WinogradWork work)
    {
        _rooms = (float*)NativeMemory.AlignedAlloc((nuint)(work.Tasks * Size(ref work)) * sizeof(float), CacheLine);
        work.Rooms = _rooms;
    }

    /// <summary>(points, tiles, in): the patches.</summary>
    public static float* Patches(ref WinogradWork work, int task) => work.Rooms + (task * Size(ref work));

    /// <summary>(points, tiles, out): the products.</summary>
    public static float* Products(ref WinogradWork work, int task) => Patches(ref work, task) + ((long)work.Points * work.InStride);

    /// <summary>(in) zeros.</summary>
    public static float* Border(ref WinogradWork work, int task) => Products(ref work, task) + ((long)work.Points * work.OutStride);

    public void Dispose() => NativeMemory.AlignedFree(_rooms);

    /// <summary>Numbers that a task of any convolution of these channels needs at most, a multiple of a cache line.</summary>
    public static long Most(int inChannels, int outChannels) =>
        Math.Max(Most(inChannels, outChannels, wide: false), Most(inChannels, outChannels, wide: true));

    private static long Most(int inChannels, int outChannels, bool wide) =>
        ((long)(inChannels + outChannels) * WinogradWork.Most(wide)) + (2L * WinogradWork.PointsOf(wide) * WinogradWork.Lanes) + inChannels + WinogradWork.Lanes;

    private static long Size(ref WinogradWork work) => ((long)work.Points * (work.InStride + work.OutStride)) + work.InChannels + WinogradWork.Lanes;
}
