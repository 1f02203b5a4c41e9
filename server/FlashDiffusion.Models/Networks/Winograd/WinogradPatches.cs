using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Patches d of the input at their points: B^T d B (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks").</summary>
/// <typeparam name="T">The transform along a line.</typeparam>
internal static unsafe class WinogradPatches<T>
    where T : struct, IInputTransform
{
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
        var pixels = stackalloc float*[T.Side * T.Side];
        var half = stackalloc float[T.Points * T.Side * Lanes];
        for (var tile = 0; tile < tiles; tile++)
        {
            Locate(ref work, first + tile, pixels, border);
            var at = patches + ((long)tile * channels);
            for (var channel = 0; channel < channels; channel += Lanes, at += Lanes)
            {
                for (var column = 0; column < T.Side; column++)
                {
                    var from = pixels + column;
                    T.Transform(
                        Vector512.Load(from[0] + channel), Vector512.Load(from[T.Side] + channel), Vector512.Load(from[2 * T.Side] + channel), Vector512.Load(from[3 * T.Side] + channel),
                        T.Side > 4 ? Vector512.Load(from[4 * T.Side] + channel) : default, T.Side > 4 ? Vector512.Load(from[5 * T.Side] + channel) : default,
                        T.Side > 6 ? Vector512.Load(from[6 * T.Side] + channel) : default, T.Side > 6 ? Vector512.Load(from[7 * T.Side] + channel) : default,
                        half + (column * Lanes), T.Side * Lanes);
                }

                var row = half;
                for (var i = 0; i < T.Points; i++, row += T.Side * Lanes)
                {
                    T.Transform(
                        Vector512.Load(row), Vector512.Load(row + Lanes), Vector512.Load(row + (2 * Lanes)), Vector512.Load(row + (3 * Lanes)),
                        T.Side > 4 ? Vector512.Load(row + (4 * Lanes)) : default, T.Side > 4 ? Vector512.Load(row + (5 * Lanes)) : default,
                        T.Side > 6 ? Vector512.Load(row + (6 * Lanes)) : default, T.Side > 6 ? Vector512.Load(row + (7 * Lanes)) : default,
                        at + ((long)i * T.Points * stride), stride);
                }
            }
        }

        for (var tile = tiles; tile < WinogradProduct.Padded(tiles); tile++)
        {
            for (var point = 0; point < T.Points * T.Points; point++)
            {
                new Span<float>(patches + ((long)point * stride) + ((long)tile * channels), channels).Clear();
            }
        }
    }

    private static void Locate(ref WinogradWork work, int tile, float** pixels, float* border)
    {
        var (map, within) = Math.DivRem(tile, work.TilesPerMap);
        var (down, across) = Math.DivRem(within, work.TilesAcross);
        var (height, width) = work.Enlarged ? (work.Height / 2, work.Width / 2) : (work.Height, work.Width);
        // A patch reaches a pixel beyond its tile on each side.
        var step = T.Side - 2;
        var (top, left) = ((down * step) - 1, (across * step) - 1);
        var line = (long)width * work.InChannels;
        var origin = work.X + (map * height * line);
        for (var y = 0; y < T.Side; y++)
        {
            for (var x = 0; x < T.Side; x++)
            {
                var (row, column) = (top + y, left + x);
                var inside = (uint)row < (uint)height && (uint)column < (uint)width;
                pixels[(y * T.Side) + x] = inside ? origin + (row * line) + ((long)column * work.InChannels) : border;
            }
        }
    }
}
