namespace FlashDiffusion.Conformance;

/// <summary>Network calls, counted in rows where they happen.</summary>
internal sealed class CallCount
{
    public int UNetForward { get; set; }

    public int UNetBackward { get; set; }

    public int DecoderForward { get; set; }

    public int DecoderBackward { get; set; }

    public int EncoderForward { get; set; }

    /// <summary>The counts so far.</summary>
    public StepCost Total => new(UNetForward, UNetBackward, DecoderForward, DecoderBackward, EncoderForward);
}
