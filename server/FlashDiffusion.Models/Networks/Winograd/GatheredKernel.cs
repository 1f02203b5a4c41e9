using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>A task's share of a convolution whose map is too small for tiles: each pixel's nine neighbours in a row, times the weight as one matrix.</summary>
internal static unsafe class GatheredKernel
{
    private const int Taps = 9;
    private const int Lanes = WinogradWork.Lanes;

    /// <summary>Blocks of a task.</summary>
    /// <param name="work">The convolution; its tiles are pixels.</param>
    /// <param name="begin">The first block.</param>
    /// <param name="end">The block after the last.</param>
    /// <param name="patches">Room for (pixels, 9 in).</param>
    /// <param name="products">Room for (pixels, out).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref WinogradWork work, int begin, int end, float* patches, float* products)
    {
        for (var block = begin; block < end; block++)
        {
            var first = block * work.TilesPerBlock;
            var pixels = Math.Min(work.TilesPerBlock, work.Tiles - first);
            Gather(ref work, first, pixels, patches);
            WinogradProduct.Multiply(patches, work.Weight, products, pixels, Taps * work.InChannels, work.OutChannels, adds: false);
            Store(ref work, first, pixels, products);
        }
    }

    private static void Gather(ref WinogradWork work, int first, int pixels, float* patches)
    {
        var channels = work.InChannels;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var (map, within) = Math.DivRem(first + pixel, work.TilesPerMap);
            var (row, column) = Math.DivRem(within, work.Width);
            var origin = work.X + ((long)map * work.TilesPerMap * channels);
            for (var tap = 0; tap < Taps; tap++, patches += channels)
            {
                var (y, x) = (row + (tap / 3) - 1, column + (tap % 3) - 1);
                var to = new Span<float>(patches, channels);
                if ((uint)y < (uint)work.Height && (uint)x < (uint)work.Width)
                {
                    new Span<float>(origin + ((((long)y * work.Width) + x) * channels), channels).CopyTo(to);
                }
                else
                {
                    to.Clear();
                }
            }
        }

        new Span<float>(patches, (WinogradProduct.Padded(pixels) - pixels) * Taps * channels).Clear();
    }

    private static void Store(ref WinogradWork work, int first, int pixels, float* products)
    {
        var channels = work.OutChannels;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var at = (long)(first + pixel) * channels;
            var map = (first + pixel) / work.TilesPerMap;
            for (var channel = 0; channel < channels; channel += Lanes, products += Lanes)
            {
                var value = Vector512.Load(products);
                work.Write(work.Bias is null ? value : value + Vector512.Load(work.Bias + channel), map, channel, at + channel);
            }
        }
    }
}
