using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>A mask over pixels, the same for all three channels: 1 keeps, 0 removes, between is a soft rim.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Row-major values in [0, 1], Height·Width of them.</param>
public sealed record OperatorMask(int Height, int Width, ImmutableArray<float> Values);
