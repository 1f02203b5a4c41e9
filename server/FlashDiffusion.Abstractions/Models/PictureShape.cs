namespace FlashDiffusion;

/// <summary>Shape of one RGB picture: 3 channels, <paramref name="Height"/> rows, <paramref name="Width"/> columns.</summary>
/// <param name="Height">Rows H in pixels.</param>
/// <param name="Width">Columns W in pixels.</param>
public readonly record struct PictureShape(int Height, int Width)
{
    /// <summary>Number of elements 3·H·W.</summary>
    public int Elements => 3 * Height * Width;

    /// <summary>Shape of a batch of <paramref name="rows"/> pictures, (B, 3, H, W).</summary>
    /// <param name="rows">Number of rows B.</param>
    /// <returns>The four dimensions.</returns>
    public long[] Batch(int rows) => [rows, 3, Height, Width];

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}";
}
