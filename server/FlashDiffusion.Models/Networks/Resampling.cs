using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Resampling by two without parameters.</summary>
internal static class Resampling
{
    private static readonly double[] Twice = [2, 2];

    /// <summary>Nearest-neighbour enlargement of (B, C, h, w) to (B, C, 2h, 2w).</summary>
    public static Tensor Enlarge(Tensor x) => nn.functional.interpolate(x, scale_factor: Twice, mode: InterpolationMode.Nearest);

    /// <summary>Means over 2x2 windows of (B, C, h, w).</summary>
    public static Tensor Average(Tensor x) => nn.functional.avg_pool2d(x, 2L, 2L);
}
