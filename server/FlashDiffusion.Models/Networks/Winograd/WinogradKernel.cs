using System.Runtime.CompilerServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>A task's share of a convolution: block by block, patches to their points, products with the weight, back to tiles.</summary>
internal static unsafe class WinogradKernel
{
    // Where a line has a point fewer than products, this product and the one before share it.
    private const int Doubled = 3;

    /// <summary>For <see cref="ComputeTeam.Run"/>.</summary>
    public static void Run(void* arguments, int task)
    {
        ref var work = ref *(WinogradWork*)arguments;
        if (work.Gathered)
        {
            GatheredKernel.Run(ref work, Bound(ref work, task), Bound(ref work, task + 1), WinogradRooms.Patches(ref work, task), WinogradRooms.Products(ref work, task));
        }
        else if (work.Enlarged)
        {
            Run<EnlargedTransform, EnlargedTransform>(ref work, task);
        }
        else if (work.Shrunk)
        {
            Run<ShrunkTransform, ShrunkTransform>(ref work, task);
        }
        else if (work.Wide)
        {
            Run<WideTransform, WideTransform>(ref work, task);
        }
        else
        {
            Run<PlainTransform, PlainTransform>(ref work, task);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TIn, TOut>(ref WinogradWork work, int task)
        where TIn : struct, IInputTransform
        where TOut : struct, IOutputTransform
    {
        var patches = WinogradRooms.Patches(ref work, task);
        var products = WinogradRooms.Products(ref work, task);
        var border = WinogradRooms.Border(ref work, task);
        new Span<float>(border, work.InChannels).Clear();
        var side = Math.Max(TIn.Points, TOut.Points);
        var (begin, end) = (Bound(ref work, task), Bound(ref work, task + 1));
        for (var block = begin; block < end; block++)
        {
            var first = block * work.TilesPerBlock;
            var tiles = Math.Min(work.TilesPerBlock, work.Tiles - first);
            WinogradPatches<TIn>.Transform(ref work, first, tiles, patches, border);
            var weight = work.Weight;
            for (var product = 0; product < side * side; product++, weight += (long)work.InChannels * work.OutChannels)
            {
                var (row, column) = Math.DivRem(product, side);
                var from = (Place(row, TIn.Points, side) * TIn.Points) + Place(column, TIn.Points, side);
                var to = (Place(row, TOut.Points, side) * TOut.Points) + Place(column, TOut.Points, side);
                var adds = TOut.Points < side && (row == Doubled || column == Doubled);
                WinogradProduct.Multiply(patches + ((long)from * work.InStride), weight, products + ((long)to * work.OutStride), tiles, work.InChannels, work.OutChannels, adds);
            }

            WinogradTiles<TOut>.Transform(ref work, first, tiles, products);
        }
    }

    private static int Place(int product, int points, int products) => points < products && product >= Doubled ? product - 1 : product;

    private static int Bound(ref WinogradWork work, int task) => ComputeTeam.Bound(work.Blocks, task, work.Tasks);
}
