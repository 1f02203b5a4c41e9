using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Tiles of the output from the products m at their points: A^T m A (Lavin and Gray), the bias, and what else is added.</summary>
/// <typeparam name="T">The transform along a line.</typeparam>
internal static unsafe class WinogradTiles<T>
    where T : struct, IOutputTransform
{
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
        var half = stackalloc float[T.Side * T.Points * Lanes];
        var whole = stackalloc float[T.Side * T.Side * Lanes];
        for (var tile = 0; tile < tiles; tile++)
        {
            var (map, within) = Math.DivRem(first + tile, work.TilesPerMap);
            var (down, across) = Math.DivRem(within, work.TilesAcross);
            var at = products + ((long)tile * channels);
            for (var channel = 0; channel < channels; channel += Lanes, at += Lanes)
            {
                for (var column = 0; column < T.Points; column++)
                {
                    var next = (long)T.Points * stride;
                    Line(at + ((long)column * stride), next, default, half + (column * Lanes), T.Points * Lanes);
                }

                var bias = work.Bias is null ? default : Vector512.Load(work.Bias + channel);
                for (var i = 0; i < T.Side; i++)
                {
                    Line(half + (i * T.Points * Lanes), Lanes, bias, whole + (i * T.Side * Lanes), Lanes);
                }

                Store(ref work, map, down, across, channel, whole);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(float* from, long next, Vector512<float> bias, float* to, int stride) => T.Transform(
        Vector512.Load(from), Vector512.Load(from + next), Vector512.Load(from + (2 * next)), Vector512.Load(from + (3 * next)),
        T.Points > 4 ? Vector512.Load(from + (4 * next)) : default, T.Points > 5 ? Vector512.Load(from + (5 * next)) : default,
        T.Points > 6 ? Vector512.Load(from + (6 * next)) : default, T.Points > 6 ? Vector512.Load(from + (7 * next)) : default,
        bias, to, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref WinogradWork work, int map, int down, int across, int channel, float* tile)
    {
        // An enlarged map has even sides, so that 2x2 pixels are always in one tile.
        var (height, width) = work.Shrunk ? (work.Height / 2, work.Width / 2) : (work.Height, work.Width);
        var (top, left) = (down * T.Side, across * T.Side);
        var (rows, columns) = (Math.Min(T.Side, height - top), Math.Min(T.Side, width - left));
        for (var y = 0; y < rows; y++)
        {
            var at = ((((((long)map * height) + top + y) * width) + left) * work.OutChannels) + channel;
            for (var x = 0; x < columns; x++, at += work.OutChannels)
            {
                work.Write(Vector512.Load(tile + (((y * T.Side) + x) * Lanes)), map, channel, at);
            }
        }
    }
}
