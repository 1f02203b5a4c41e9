using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Requests;

/// <summary>Float32 numbers in host memory, row-major: the only form in which pictures and latents cross the device thread's border.</summary>
/// <param name="Values">The elements; never changed after construction.</param>
/// <param name="Shape">Sizes of the axes, outermost first; their product is the number of elements.</param>
internal sealed record HostTensor(float[] Values, ImmutableArray<long> Shape)
{
    /// <summary>A picture.</summary>
    /// <param name="values">3·H·W values, red plane first.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>(3, H, W).</returns>
    public static HostTensor Picture(float[] values, PictureShape shape) => new(values, [3, shape.Height, shape.Width]);

    /// <summary>Number of elements that the shape promises.</summary>
    public long Elements => Shape.Aggregate(1L, (product, side) => product * side);
}
