using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>How a line of a tile of the output comes from the products at its points.</summary>
internal unsafe interface IOutputTransform
{
    /// <summary>Points of a line: 4, 5, 6 or 8.</summary>
    static abstract int Points { get; }

    /// <summary>Pixels of a line: 2, 4 or 6.</summary>
    static abstract int Side { get; }

    /// <summary>Writes the pixels of 16 channels of a line.</summary>
    /// <param name="m0">The first product; those beyond the last are nothing.</param>
    /// <param name="m1">The second.</param>
    /// <param name="m2">The third.</param>
    /// <param name="m3">The fourth.</param>
    /// <param name="m4">The fifth.</param>
    /// <param name="m5">The sixth.</param>
    /// <param name="m6">The seventh.</param>
    /// <param name="m7">The eighth.</param>
    /// <param name="bias">Added to each pixel.</param>
    /// <param name="to">Where the first pixel goes.</param>
    /// <param name="stride">Numbers from one pixel to the next.</param>
    static abstract void Transform(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> m6, Vector512<float> m7, Vector512<float> bias, float* to, int stride);
}
