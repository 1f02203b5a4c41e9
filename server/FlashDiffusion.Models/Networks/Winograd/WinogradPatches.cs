using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Patches d of the input at the 36 points: B^T d B (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", F(4x4, 3x3)).</summary>
internal static unsafe class WinogradPatches
{
    private const int Patch = WinogradWork.Patch;
    private const int Lanes = WinogradWork.Lanes;

    /// <summary>Writes a block's patches.</summary>
    /// <param name="work">The convolution.</param>
    /// <param name="first">The block's first tile.</param>
    /// <param name="tiles">Number of its tiles; patches up to the next number that <see cref="WinogradProduct"/> can take become zeros.</param>
    /// <param name="patches">(points, tiles, in).</param>
    /// <param name="border">(in) zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(ref WinogradWork work, int first, int tiles, float* patches, float* border)
    {
        var channels = work.InChannels;
        var stride = work.InStride;
        var pixels = stackalloc float*[WinogradWork.Points];
        var half = stackalloc float[WinogradWork.Points * Lanes];
        for (var tile = 0; tile < tiles; tile++)
        {
            Locate(ref work, first + tile, pixels, border);
            var at = patches + ((long)tile * channels);
            for (var channel = 0; channel < channels; channel += Lanes, at += Lanes)
            {
                for (var column = 0; column < Patch; column++)
                {
                    var from = pixels + column;
                    Points(
                        Vector512.Load(from[0] + channel), Vector512.Load(from[Patch] + channel), Vector512.Load(from[2 * Patch] + channel),
                        Vector512.Load(from[3 * Patch] + channel), Vector512.Load(from[4 * Patch] + channel), Vector512.Load(from[5 * Patch] + channel),
                        half + (column * Lanes), Patch * Lanes);
                }

                var row = half;
                for (var i = 0; i < Patch; i++, row += Patch * Lanes)
                {
                    Points(
                        Vector512.Load(row), Vector512.Load(row + Lanes), Vector512.Load(row + (2 * Lanes)),
                        Vector512.Load(row + (3 * Lanes)), Vector512.Load(row + (4 * Lanes)), Vector512.Load(row + (5 * Lanes)),
                        at + ((long)i * Patch * stride), stride);
                }
            }
        }

        for (var tile = tiles; tile < WinogradProduct.Padded(tiles); tile++)
        {
            for (var point = 0; point < WinogradWork.Points; point++)
            {
                new Span<float>(patches + ((long)point * stride) + ((long)tile * channels), channels).Clear();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Points(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, float* to, int stride)
    {
        var (two, four, minusFour, minusFive) = (Vector512.Create(2f), Vector512.Create(4f), Vector512.Create(-4f), Vector512.Create(-5f));
        Vector512.FusedMultiplyAdd(four, d0, Vector512.FusedMultiplyAdd(minusFive, d2, d4)).Store(to);
        var (even, odd) = (Vector512.FusedMultiplyAdd(minusFour, d2, d4), Vector512.FusedMultiplyAdd(minusFour, d1, d3));
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        (even, odd) = (d4 - d2, d3 - d1);
        Vector512.FusedMultiplyAdd(two, odd, even).Store(to + (3 * stride));
        Vector512.FusedMultiplyAdd(-two, odd, even).Store(to + (4 * stride));
        Vector512.FusedMultiplyAdd(four, d1, Vector512.FusedMultiplyAdd(minusFive, d3, d5)).Store(to + (5 * stride));
    }

    private static void Locate(ref WinogradWork work, int tile, float** pixels, float* border)
    {
        var (map, within) = Math.DivRem(tile, work.TilesPerMap);
        var (down, across) = Math.DivRem(within, work.TilesAcross);
        var (top, left) = ((down * WinogradWork.Tile) - 1, (across * WinogradWork.Tile) - 1);
        var shift = work.Enlarged ? 1 : 0;
        var line = (long)(work.Width >> shift) * work.InChannels;
        var origin = work.X + (map * (work.Height >> shift) * line);
        for (var y = 0; y < Patch; y++)
        {
            for (var x = 0; x < Patch; x++)
            {
                var (row, column) = (top + y, left + x);
                var inside = (uint)row < (uint)work.Height && (uint)column < (uint)work.Width;
                pixels[(y * Patch) + x] = inside ? origin + ((row >> shift) * line) + ((long)(column >> shift) * work.InChannels) : border;
            }
        }
    }
}
