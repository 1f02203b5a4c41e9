using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>
/// A blur kernel, the same for all three channels: the measured pixel is the sum of the kernel's values times the pixels around
/// it, with value (Height / 2, Width / 2) - the middle, or one past it for an even size - on the pixel itself.
/// </summary>
/// <param name="Height">Rows in pixels.</param>
/// <param name="Width">Columns in pixels.</param>
/// <param name="Values">Row-major values, Height·Width of them; scaled to sum 1 before use.</param>
public sealed record OperatorKernel(int Height, int Width, ImmutableArray<float> Values);
