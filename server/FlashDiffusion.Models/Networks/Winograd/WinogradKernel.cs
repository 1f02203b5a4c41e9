using System.Runtime.CompilerServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>A task's share of a convolution: block by block, patches to their points, products with the weight, back to tiles.</summary>
internal static unsafe class WinogradKernel
{
    /// <summary>For <see cref="ComputeTeam.Run"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(void* arguments, int task)
    {
        ref var work = ref *(WinogradWork*)arguments;
        var patches = WinogradRooms.Patches(ref work, task);
        var products = WinogradRooms.Products(ref work, task);
        var border = WinogradRooms.Border(ref work, task);
        new Span<float>(border, work.InChannels).Clear();
        var (begin, end) = (Bound(ref work, task), Bound(ref work, task + 1));
        for (var block = begin; block < end; block++)
        {
            var first = block * work.TilesPerBlock;
            var tiles = Math.Min(work.TilesPerBlock, work.Tiles - first);
            WinogradPatches.Transform(ref work, first, tiles, patches, border);
            var weight = work.Weight;
            for (var point = 0; point < WinogradWork.Points; point++, weight += (long)work.InChannels * work.OutChannels)
            {
                WinogradProduct.Multiply(patches + ((long)point * work.InStride), weight, products + ((long)point * work.OutStride), tiles, work.InChannels, work.OutChannels);
            }

            WinogradTiles.Transform(ref work, first, tiles, products);
        }
    }

    private static int Bound(ref WinogradWork work, int task) => (int)((long)work.Blocks * task / work.Tasks);
}
