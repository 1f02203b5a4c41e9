namespace FlashDiffusion;

/// <summary>Shape of one latent, without the batch axis.</summary>
/// <param name="Channels">Channels C of the latent.</param>
/// <param name="Height">Rows h.</param>
/// <param name="Width">Columns w.</param>
public readonly record struct LatentShape(int Channels, int Height, int Width)
{
    /// <summary>Number of elements d = C·h·w.</summary>
    public int Elements => Channels * Height * Width;

    /// <summary>Shape of a batch of <paramref name="rows"/> latents, (B, C, h, w).</summary>
    /// <param name="rows">Number of rows B.</param>
    /// <returns>The four dimensions.</returns>
    public long[] Batch(int rows) => [rows, Channels, Height, Width];

    /// <inheritdoc/>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
