using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>How a line of an input patch comes to the points at which it is multiplied with the weight.</summary>
internal unsafe interface IInputTransform
{
    /// <summary>Pixels of a line that are read: 4, 6 or 8.</summary>
    static abstract int Side { get; }

    /// <summary>Points of a line.</summary>
    static abstract int Points { get; }

    /// <summary>Writes the points of 16 channels of a line.</summary>
    /// <param name="d0">The first pixel; those beyond the last are nothing.</param>
    /// <param name="d1">The second.</param>
    /// <param name="d2">The third.</param>
    /// <param name="d3">The fourth.</param>
    /// <param name="d4">The fifth.</param>
    /// <param name="d5">The sixth.</param>
    /// <param name="d6">The seventh.</param>
    /// <param name="d7">The eighth.</param>
    /// <param name="to">Where the first point goes.</param>
    /// <param name="stride">Numbers from one point to the next.</param>
    static abstract void Transform(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, Vector512<float> d6, Vector512<float> d7, float* to, int stride);
}
