using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Tiles of the output from the products m at the 36 points: A^T m A (Lavin and Gray, F(4x4, 3x3)), and the bias.</summary>
internal static unsafe class WinogradTiles
{
    private const int Patch = WinogradWork.Patch;
    private const int Tile = WinogradWork.Tile;
    private const int Lanes = WinogradWork.Lanes;

    /// <summary>Writes a block's tiles into the output.</summary>
    /// <param name="work">The convolution.</param>
    /// <param name="first">The block's first tile.</param>
    /// <param name="tiles">Number of its tiles.</param>
    /// <param name="products">(points, tiles, out).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(ref WinogradWork work, int first, int tiles, float* products)
    {
        var channels = work.OutChannels;
        var stride = work.OutStride;
        var half = stackalloc float[Tile * Patch * Lanes];
        var whole = stackalloc float[Tile * Tile * Lanes];
        for (var tile = 0; tile < tiles; tile++)
        {
            var (map, within) = Math.DivRem(first + tile, work.TilesPerMap);
            var (down, across) = Math.DivRem(within, work.TilesAcross);
            var at = products + ((long)tile * channels);
            for (var channel = 0; channel < channels; channel += Lanes, at += Lanes)
            {
                for (var column = 0; column < Patch; column++)
                {
                    var from = at + ((long)column * stride);
                    var next = (long)Patch * stride;
                    Values(
                        Vector512.Load(from), Vector512.Load(from + next), Vector512.Load(from + (2 * next)),
                        Vector512.Load(from + (3 * next)), Vector512.Load(from + (4 * next)), Vector512.Load(from + (5 * next)),
                        default, half + (column * Lanes), Patch * Lanes);
                }

                var bias = work.Bias is null ? default : Vector512.Load(work.Bias + channel);
                var row = half;
                for (var i = 0; i < Tile; i++, row += Patch * Lanes)
                {
                    Values(
                        Vector512.Load(row), Vector512.Load(row + Lanes), Vector512.Load(row + (2 * Lanes)),
                        Vector512.Load(row + (3 * Lanes)), Vector512.Load(row + (4 * Lanes)), Vector512.Load(row + (5 * Lanes)),
                        bias, whole + (i * Tile * Lanes), Lanes);
                }

                if (work.Shrunk)
                {
                    Shrink(ref work, map, down, across, channel, whole);
                }
                else
                {
                    Store(ref work, map, down, across, channel, whole);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Values(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> bias, float* to, int stride)
    {
        var (sum, difference) = (m1 + m2, m1 - m2);
        var (far, farDifference) = (m3 + m4, m3 - m4);
        (m0 + sum + far + bias).Store(to);
        (Vector512.FusedMultiplyAdd(Vector512.Create(2f), farDifference, difference) + bias).Store(to + stride);
        (Vector512.FusedMultiplyAdd(Vector512.Create(4f), far, sum) + bias).Store(to + (2 * stride));
        (Vector512.FusedMultiplyAdd(Vector512.Create(8f), farDifference, difference) + m5 + bias).Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref WinogradWork work, int map, int down, int across, int channel, float* tile)
    {
        var (top, left) = (down * Tile, across * Tile);
        var (rows, columns) = (Math.Min(Tile, work.Height - top), Math.Min(Tile, work.Width - left));
        for (var y = 0; y < rows; y++)
        {
            var at = ((((((long)map * work.Height) + top + y) * work.Width) + left) * work.OutChannels) + channel;
            for (var x = 0; x < columns; x++, at += work.OutChannels)
            {
                var value = Vector512.Load(tile + (((y * Tile) + x) * Lanes));
                if (work.Offsets is not null)
                {
                    value += Vector512.Load(work.Offsets + ((long)map * work.OutChannels) + channel);
                }

                if (work.Around is not null)
                {
                    value += Vector512.Load(work.Around + at);
                }

                value.Store(work.Output + at);
            }
        }
    }

    // An enlarged map has even sides, so that 2x2 pixels are always in one tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shrink(ref WinogradWork work, int map, int down, int across, int channel, float* tile)
    {
        const int Small = Tile / 2;
        var (height, width) = (work.Height / 2, work.Width / 2);
        var (top, left) = (down * Small, across * Small);
        for (var y = 0; y < Math.Min(Small, height - top); y++)
        {
            var to = work.Output + (((((long)map * height) + top + y) * width) + left) * work.OutChannels + channel;
            for (var x = 0; x < Math.Min(Small, width - left); x++, to += work.OutChannels)
            {
                var corner = tile + (((y * 2 * Tile) + (x * 2)) * Lanes);
                ((Vector512.Load(corner) + Vector512.Load(corner + Lanes)) + (Vector512.Load(corner + (Tile * Lanes)) + Vector512.Load(corner + ((Tile + 1) * Lanes)))).Store(to);
            }
        }
    }
}
