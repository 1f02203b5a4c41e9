using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDiffusion.Models.Networks;

/// <summary>The product of a block's patches with the weight at one point: what most of the time goes into.</summary>
/// <remarks>
/// Six (or four) tiles by 64 channels stay in registers while the sum runs over the input channels: 24 sums, four weights and one number of a
/// patch of the 32 registers that AVX-512 has. Each sum runs in the order of the channels, whichever tiles stand beside it. While six tiles are
/// multiplied, a quarter of the panel that comes next is fetched: the processor does not foresee it, since it reads a panel once for every six.
/// </remarks>
internal static unsafe class WinogradProduct
{
    /// <summary>Channels of a panel of the weight.</summary>
    public const int Panel = 64;

    /// <summary>Channels of the last panel, where 64 do not divide their number.</summary>
    public const int HalfPanel = 32;

    private const int Lanes = WinogradWork.Lanes;

    /// <summary>The next number of tiles that can be multiplied: 4, 6, 8, ...</summary>
    public static int Padded(int tiles) => Math.Max(4, (tiles + 1) & ~1);

    /// <summary>products = patches weight, or their sum with the products before.</summary>
    /// <param name="patches">(tiles, inner), <see cref="Padded"/>.</param>
    /// <param name="weight">Panels of (inner, 64), the last perhaps of (inner, 32).</param>
    /// <param name="products">(tiles, outer), <see cref="Padded"/>.</param>
    /// <param name="tiles">Number of tiles.</param>
    /// <param name="inner">Input channels.</param>
    /// <param name="outer">Output channels, a multiple of 32.</param>
    /// <param name="adds">Whether the products are added to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* patches, float* weight, float* products, int tiles, int inner, int outer, bool adds)
    {
        tiles = Padded(tiles);
        // 2 and 4 more than a multiple of six: the last two, or the last one, by four.
        var six = tiles - ((tiles % 6) switch { 0 => 0, 2 => 8, _ => 4 });
        for (var channel = 0; channel < outer; channel += Panel, weight += (long)inner * Panel)
        {
            var from = patches;
            var to = products + channel;
            var whole = outer - channel >= Panel;
            var tile = 0;
            for (; tile < six; tile += 6, from += 6L * inner, to += 6L * outer)
            {
                if (whole)
                {
                    Six(from, weight, weight + ((long)inner * Panel) + ((tile / 6 % 4) * Lanes), to, inner, outer, adds);
                }
                else
                {
                    SixByHalf(from, weight, to, inner, outer, adds);
                }
            }

            for (; tile < tiles; tile += 4, from += 4L * inner, to += 4L * outer)
            {
                if (whole)
                {
                    Four(from, weight, to, inner, outer, adds);
                }
                else
                {
                    FourByHalf(from, weight, to, inner, outer, adds);
                }
            }
        }
    }

    // Six tiles, 64 channels; a cache line of each line of the next panel is fetched.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(float* patches, float* weight, float* next, float* products, int inner, int outer, bool adds)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default, s43 = default;
        Vector512<float> s50 = default, s51 = default, s52 = default, s53 = default;
        var p0 = patches;
        var p1 = patches + inner;
        var p2 = patches + (2L * inner);
        var p3 = patches + (3L * inner);
        var p4 = patches + (4L * inner);
        var p5 = patches + (5L * inner);
        for (var k = 0; k < inner; k++, weight += Panel, next += Panel)
        {
            Sse.Prefetch0(next);
            var (w0, w1, w2, w3) = (Vector512.Load(weight), Vector512.Load(weight + Lanes), Vector512.Load(weight + (2 * Lanes)), Vector512.Load(weight + (3 * Lanes)));
            var x = Vector512.Create(p0[k]);
            s00 = Vector512.FusedMultiplyAdd(x, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, w1, s01);
            s02 = Vector512.FusedMultiplyAdd(x, w2, s02);
            s03 = Vector512.FusedMultiplyAdd(x, w3, s03);
            x = Vector512.Create(p1[k]);
            s10 = Vector512.FusedMultiplyAdd(x, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, w1, s11);
            s12 = Vector512.FusedMultiplyAdd(x, w2, s12);
            s13 = Vector512.FusedMultiplyAdd(x, w3, s13);
            x = Vector512.Create(p2[k]);
            s20 = Vector512.FusedMultiplyAdd(x, w0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, w1, s21);
            s22 = Vector512.FusedMultiplyAdd(x, w2, s22);
            s23 = Vector512.FusedMultiplyAdd(x, w3, s23);
            x = Vector512.Create(p3[k]);
            s30 = Vector512.FusedMultiplyAdd(x, w0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, w1, s31);
            s32 = Vector512.FusedMultiplyAdd(x, w2, s32);
            s33 = Vector512.FusedMultiplyAdd(x, w3, s33);
            x = Vector512.Create(p4[k]);
            s40 = Vector512.FusedMultiplyAdd(x, w0, s40);
            s41 = Vector512.FusedMultiplyAdd(x, w1, s41);
            s42 = Vector512.FusedMultiplyAdd(x, w2, s42);
            s43 = Vector512.FusedMultiplyAdd(x, w3, s43);
            x = Vector512.Create(p5[k]);
            s50 = Vector512.FusedMultiplyAdd(x, w0, s50);
            s51 = Vector512.FusedMultiplyAdd(x, w1, s51);
            s52 = Vector512.FusedMultiplyAdd(x, w2, s52);
            s53 = Vector512.FusedMultiplyAdd(x, w3, s53);
        }

        Store(products, s00, s01, s02, s03, adds);
        Store(products + outer, s10, s11, s12, s13, adds);
        Store(products + (2L * outer), s20, s21, s22, s23, adds);
        Store(products + (3L * outer), s30, s31, s32, s33, adds);
        Store(products + (4L * outer), s40, s41, s42, s43, adds);
        Store(products + (5L * outer), s50, s51, s52, s53, adds);
    }

    // Four tiles, 64 channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* patches, float* weight, float* products, int inner, int outer, bool adds)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default;
        var p0 = patches;
        var p1 = patches + inner;
        var p2 = patches + (2L * inner);
        var p3 = patches + (3L * inner);
        for (var k = 0; k < inner; k++, weight += Panel)
        {
            var (w0, w1, w2, w3) = (Vector512.Load(weight), Vector512.Load(weight + Lanes), Vector512.Load(weight + (2 * Lanes)), Vector512.Load(weight + (3 * Lanes)));
            var x = Vector512.Create(p0[k]);
            s00 = Vector512.FusedMultiplyAdd(x, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, w1, s01);
            s02 = Vector512.FusedMultiplyAdd(x, w2, s02);
            s03 = Vector512.FusedMultiplyAdd(x, w3, s03);
            x = Vector512.Create(p1[k]);
            s10 = Vector512.FusedMultiplyAdd(x, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, w1, s11);
            s12 = Vector512.FusedMultiplyAdd(x, w2, s12);
            s13 = Vector512.FusedMultiplyAdd(x, w3, s13);
            x = Vector512.Create(p2[k]);
            s20 = Vector512.FusedMultiplyAdd(x, w0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, w1, s21);
            s22 = Vector512.FusedMultiplyAdd(x, w2, s22);
            s23 = Vector512.FusedMultiplyAdd(x, w3, s23);
            x = Vector512.Create(p3[k]);
            s30 = Vector512.FusedMultiplyAdd(x, w0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, w1, s31);
            s32 = Vector512.FusedMultiplyAdd(x, w2, s32);
            s33 = Vector512.FusedMultiplyAdd(x, w3, s33);
        }

        Store(products, s00, s01, s02, s03, adds);
        Store(products + outer, s10, s11, s12, s13, adds);
        Store(products + (2L * outer), s20, s21, s22, s23, adds);
        Store(products + (3L * outer), s30, s31, s32, s33, adds);
    }

    // Six tiles, 32 channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixByHalf(float* patches, float* weight, float* products, int inner, int outer, bool adds)
    {
        Vector512<float> s00 = default, s01 = default;
        Vector512<float> s10 = default, s11 = default;
        Vector512<float> s20 = default, s21 = default;
        Vector512<float> s30 = default, s31 = default;
        Vector512<float> s40 = default, s41 = default;
        Vector512<float> s50 = default, s51 = default;
        var p0 = patches;
        var p1 = patches + inner;
        var p2 = patches + (2L * inner);
        var p3 = patches + (3L * inner);
        var p4 = patches + (4L * inner);
        var p5 = patches + (5L * inner);
        for (var k = 0; k < inner; k++, weight += HalfPanel)
        {
            var (w0, w1) = (Vector512.Load(weight), Vector512.Load(weight + Lanes));
            var x = Vector512.Create(p0[k]);
            s00 = Vector512.FusedMultiplyAdd(x, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, w1, s01);
            x = Vector512.Create(p1[k]);
            s10 = Vector512.FusedMultiplyAdd(x, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, w1, s11);
            x = Vector512.Create(p2[k]);
            s20 = Vector512.FusedMultiplyAdd(x, w0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, w1, s21);
            x = Vector512.Create(p3[k]);
            s30 = Vector512.FusedMultiplyAdd(x, w0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, w1, s31);
            x = Vector512.Create(p4[k]);
            s40 = Vector512.FusedMultiplyAdd(x, w0, s40);
            s41 = Vector512.FusedMultiplyAdd(x, w1, s41);
            x = Vector512.Create(p5[k]);
            s50 = Vector512.FusedMultiplyAdd(x, w0, s50);
            s51 = Vector512.FusedMultiplyAdd(x, w1, s51);
        }

        Store(products, s00, s01, adds);
        Store(products + outer, s10, s11, adds);
        Store(products + (2L * outer), s20, s21, adds);
        Store(products + (3L * outer), s30, s31, adds);
        Store(products + (4L * outer), s40, s41, adds);
        Store(products + (5L * outer), s50, s51, adds);
    }

    // Four tiles, 32 channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByHalf(float* patches, float* weight, float* products, int inner, int outer, bool adds)
    {
        Vector512<float> s00 = default, s01 = default;
        Vector512<float> s10 = default, s11 = default;
        Vector512<float> s20 = default, s21 = default;
        Vector512<float> s30 = default, s31 = default;
        var p0 = patches;
        var p1 = patches + inner;
        var p2 = patches + (2L * inner);
        var p3 = patches + (3L * inner);
        for (var k = 0; k < inner; k++, weight += HalfPanel)
        {
            var (w0, w1) = (Vector512.Load(weight), Vector512.Load(weight + Lanes));
            var x = Vector512.Create(p0[k]);
            s00 = Vector512.FusedMultiplyAdd(x, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, w1, s01);
            x = Vector512.Create(p1[k]);
            s10 = Vector512.FusedMultiplyAdd(x, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, w1, s11);
            x = Vector512.Create(p2[k]);
            s20 = Vector512.FusedMultiplyAdd(x, w0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, w1, s21);
            x = Vector512.Create(p3[k]);
            s30 = Vector512.FusedMultiplyAdd(x, w0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, w1, s31);
        }

        Store(products, s00, s01, adds);
        Store(products + outer, s10, s11, adds);
        Store(products + (2L * outer), s20, s21, adds);
        Store(products + (3L * outer), s30, s31, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, bool adds)
    {
        Store(to, s0, s1, adds);
        Store(to + (2 * Lanes), s2, s3, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector512<float> s0, Vector512<float> s1, bool adds)
    {
        if (adds)
        {
            (s0, s1) = (s0 + Vector512.Load(to), s1 + Vector512.Load(to + Lanes));
        }

        s0.Store(to);
        s1.Store(to + Lanes);
    }
}
