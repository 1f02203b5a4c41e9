using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A frozen 3x3 weight g at its 36 points, G g G^T (Lavin and Gray, F(4x4, 3x3)), or 25 where the map is enlarged, for the convolution and for its transpose.</summary>
/// <remarks>It is made when a map first needs it, in float64, and takes up to eight times the weight's own memory: so only weights of up to <see cref="Most"/> numbers have one.</remarks>
internal sealed class WinogradWeight : IDisposable
{
    /// <summary>Numbers of the largest weight: 512 x 512 channels, 75 MB both ways.</summary>
    private const long Most = 9 * 512 * 512;

    // What the processor's caches hold, 9 MB at the points; a larger one comes from memory for each map.
    private const long MostAtHand = 9 * 256 * 256;

    // Below these a map has so few tiles that reading four times the weight costs more than the multiplications saved.
    private const long FewestPixels = 64;
    private const long FewestPixelsOfLarge = 1024;

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

    private readonly Tensor _weight;
    private Tensor? _forward;
    private Tensor? _backward;

    private WinogradWeight(Tensor weight, bool enlarged)
    {
        _weight = weight;
        Enlarged = enlarged;
    }

    /// <summary>Whether height and width of a map are doubled by nearest neighbour before it.</summary>
    public bool Enlarged { get; }

    /// <summary>One for this weight; null if it is too large, or if its channels are not multiples of 32.</summary>
    /// <param name="weight">(out, in, 3, 3).</param>
    /// <param name="enlarged">Whether height and width of a map are doubled by nearest neighbour before it.</param>
    public static WinogradWeight? For(Tensor weight, bool enlarged) =>
        weight.shape is [var outer, var inner, 3, 3] && outer % WinogradProduct.HalfPanel == 0 && inner % WinogradProduct.HalfPanel == 0 && weight.numel() <= Most
            ? new WinogradWeight(weight, enlarged)
            : null;

    /// <summary>Pixels of the smallest map that it pays for. The batch has no say: a picture's result must not depend on it.</summary>
    public long Fewest => _weight.numel() > MostAtHand ? FewestPixelsOfLarge : FewestPixels;

    /// <summary>For the convolution: for each point the panels of (in, 64 of out).</summary>
    public Tensor Forward => _forward ?? Make(ref _forward, _weight, Enlarged ? Enlarging : Plain);

    /// <summary>For its transpose, which is the convolution with the kernel turned by half a circle and the channels exchanged.</summary>
    public Tensor Backward
    {
        get
        {
            if (_backward is not null)
            {
                return _backward;
            }

            using var turned = _weight.flip(2, 3);
            using var exchanged = turned.transpose(0, 1);
            return Make(ref _backward, exchanged, Enlarged ? Shrinking : Plain);
        }
    }

    public void Dispose()
    {
        _forward?.Dispose();
        _backward?.Dispose();
    }

    private static Tensor Make(ref Tensor? place, Tensor weight, double[] lines)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var transform = tensor(lines, [lines.Length / 3, 3], ScalarType.Float64);
        var points = einsum("pk,oikl,ql->pqio", transform, weight.to(ScalarType.Float64), transform).flatten(0, 1).to(ScalarType.Float32);
        // Panel by panel within a point: the product reads it from one end to the other.
        var whole = points.shape[2] / WinogradProduct.Panel * WinogradProduct.Panel;
        var panels = points.narrow(2, 0, whole).unflatten(2, [-1, WinogradProduct.Panel]).transpose(1, 2).flatten(1);
        var rest = points.narrow(2, whole, points.shape[2] - whole).flatten(1);
        var made = cat([panels, rest], 1).contiguous().DetachFromDisposeScope();
        // Two devices' threads may share a network.
        if (Interlocked.CompareExchange(ref place, made, null) is { } other)
        {
            made.Dispose();
            return other;
        }

        return made;
    }
}
