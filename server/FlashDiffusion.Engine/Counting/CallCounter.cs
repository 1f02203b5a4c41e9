namespace FlashDiffusion.Engine.Counting;

/// <summary>Network calls of one batch, counted in rows where they happen. Device thread only.</summary>
internal sealed class CallCounter
{
    /// <summary>Rows that went through the denoiser.</summary>
    public long UNetForward { get; set; }

    /// <summary>Rows whose gradient was pulled through the denoiser.</summary>
    public long UNetBackward { get; set; }

    /// <summary>Rows that went through the decoder.</summary>
    public long DecoderForward { get; set; }

    /// <summary>Rows whose gradient was pulled through the decoder.</summary>
    public long DecoderBackward { get; set; }

    /// <summary>Rows that went through the encoder.</summary>
    public long EncoderForward { get; set; }

    /// <summary>The share of one of <paramref name="rows"/> rows; calls on fewer rows than the batch has are shared by all and rounded up.</summary>
    public StepCost PerRow(int rows) => new(
        Share(UNetForward, rows),
        Share(UNetBackward, rows),
        Share(DecoderForward, rows),
        Share(DecoderBackward, rows),
        Share(EncoderForward, rows));

    private static int Share(long count, int rows) => (int)((count + rows - 1) / rows);
}
