using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A frozen 3x3 weight g as <see cref="WinogradConvolution"/> needs it: at its 36 points (Lavin and Gray, F(4x4, 3x3)), 64 for large maps (F(6x6, 3x3)), or 25 where the map is enlarged, and for small maps as it is.</summary>
/// <remarks>It is made when a map first needs it, in float64, and takes eight times the weight's own memory, of small ones fourteen times for large maps, and both where maps of several sizes come: so only weights of up to <see cref="Most"/> numbers have one.</remarks>
internal sealed class WinogradWeight : IDisposable
{
    /// <summary>Numbers of the largest weight: 512 x 512 channels, 75 MB both ways.</summary>
    private const long Most = 9 * 512 * 512;

    // What the processor's caches hold, 9 MB at the points; a larger one comes from memory for each map.
    private const long MostAtHand = 9 * 256 * 256;

    // Below these a map has so few tiles that reading four times the weight costs more than the multiplications saved.
    private const long FewestPixels = 64;
    private const long FewestPixelsOfLarge = 1024;

    // A smaller map loses at its edges what wider tiles save; of a larger weight seven times as many numbers would come from memory for every few tiles.
    private const long FewestPixelsOfWide = 64 * 64;
    private const long MostOfWide = 9 * 128 * 128;

    // G of F(4, 3).
    private static readonly double[] Plain =
    [
        1 / 4d, 0, 0,
        -1 / 6d, -1 / 6d, -1 / 6d,
        -1 / 6d, 1 / 6d, -1 / 6d,
        1 / 24d, 1 / 12d, 1 / 6d,
        1 / 24d, -1 / 12d, 1 / 6d,
        0, 0, 1,
    ];

    // G of F(6, 3).
    private static readonly double[] Wide =
    [
        1, 0, 0,
        -2 / 9d, -2 / 9d, -2 / 9d,
        -2 / 9d, 2 / 9d, -2 / 9d,
        1 / 90d, 1 / 45d, 2 / 45d,
        1 / 90d, -1 / 45d, 2 / 45d,
        32 / 45d, 16 / 45d, 8 / 45d,
        32 / 45d, -16 / 45d, 8 / 45d,
        0, 0, 1,
    ];

    // For EnlargedTransform: G_0, 2 G_1, 3 G_3 - G_4, 3 G_3 + G_4, G_5.
    private static readonly double[] Enlarging =
    [
        1 / 4d, 0, 0,
        -1 / 3d, -1 / 3d, -1 / 3d,
        1 / 12d, 1 / 3d, 1 / 3d,
        1 / 6d, 1 / 6d, 2 / 3d,
        0, 0, 1,
    ];

    // For ShrunkTransform: G_0, 2 G_1, 3 G_3, -G_4, G_5.
    private static readonly double[] Shrinking =
    [
        1 / 4d, 0, 0,
        -1 / 3d, -1 / 3d, -1 / 3d,
        1 / 8d, 1 / 4d, 1 / 2d,
        -1 / 24d, 1 / 12d, -1 / 6d,
        0, 0, 1,
    ];

    private readonly long _numbers;

    private WinogradWeight(Tensor weight, bool enlarged)
    {
        _numbers = weight.numel();
        Enlarged = enlarged;
        AtPoints = new LaidOutWeight(weight, (kernel, backward) => Points(kernel, enlarged ? backward ? Shrinking : Enlarging : Plain));
        AtWidePoints = new LaidOutWeight(weight, (kernel, _) => Points(kernel, Wide));
        Gathered = new LaidOutWeight(weight, (kernel, _) => kernel.permute(2, 3, 1, 0).reshape(1, -1, kernel.shape[0]));
    }

    /// <summary>Whether height and width of a map are doubled by nearest neighbour before it.</summary>
    public bool Enlarged { get; }

    /// <summary>G g G^T: for each point a matrix (in, out). It is made in float64.</summary>
    public LaidOutWeight AtPoints { get; }

    /// <summary>The same at the 64 points of wider tiles.</summary>
    public LaidOutWeight AtWidePoints { get; }

    /// <summary>One matrix (9 in, out), the taps line by line.</summary>
    public LaidOutWeight Gathered { get; }

    /// <summary>One for this weight; null if it is too large, or if its channels are not multiples of 32.</summary>
    /// <param name="weight">(out, in, 3, 3).</param>
    /// <param name="enlarged">Whether height and width of a map are doubled by nearest neighbour before it.</param>
    public static WinogradWeight? For(Tensor weight, bool enlarged) =>
        weight.shape is [var outer, var inner, 3, 3] && outer % WinogradProduct.HalfPanel == 0 && inner % WinogradProduct.HalfPanel == 0 && weight.numel() <= Most
            ? new WinogradWeight(weight, enlarged)
            : null;

    /// <summary>Whether a map is too small for tiles, so that its pixels are gathered. The batch has no say: a picture's result must not depend on it.</summary>
    /// <param name="pixels">Pixels of the map, enlarged.</param>
    public bool Gathers(long pixels) => !Enlarged && pixels < FewestPixels;

    /// <summary>Whether a map is so large that it is cut into wider tiles.</summary>
    /// <param name="pixels">Pixels of the map.</param>
    public bool IsWide(long pixels) => !Enlarged && pixels >= FewestPixelsOfWide && _numbers <= MostOfWide;

    /// <summary>Whether it pays for a map.</summary>
    /// <param name="pixels">Pixels of the map, enlarged.</param>
    public bool Suits(long pixels) => Gathers(pixels) || pixels >= (_numbers > MostAtHand ? FewestPixelsOfLarge : FewestPixels);

    public void Dispose()
    {
        AtPoints.Dispose();
        AtWidePoints.Dispose();
        Gathered.Dispose();
    }

    private static Tensor Points(Tensor kernel, double[] lines)
    {
        var transform = tensor(lines, [lines.Length / 3, 3], ScalarType.Float64);
        return einsum("pk,oikl,ql->pqio", transform, kernel.to(ScalarType.Float64), transform).flatten(0, 1).to(ScalarType.Float32);
    }
}
