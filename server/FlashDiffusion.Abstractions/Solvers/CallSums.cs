namespace FlashDiffusion;

/// <summary>Network calls of many steps, which no declared number makes overflow.</summary>
/// <param name="UNetForward">As in <see cref="StepCost"/>, and so the others.</param>
/// <param name="UNetBackward">Products through the denoiser.</param>
/// <param name="DecoderForward">Decoder evaluations.</param>
/// <param name="DecoderBackward">Products through the decoder.</param>
/// <param name="EncoderForward">Encoder evaluations.</param>
internal readonly record struct CallSums(long UNetForward, long UNetBackward, long DecoderForward, long DecoderBackward, long EncoderForward)
{
    /// <summary>Calls of the network that is called most often.</summary>
    public long Largest => Math.Max(Math.Max(Math.Max(UNetForward, UNetBackward), Math.Max(DecoderForward, DecoderBackward)), EncoderForward);

    /// <summary>These and those of one more step.</summary>
    public CallSums Plus(StepCost cost) => new(
        UNetForward + cost.UNetForward,
        UNetBackward + cost.UNetBackward,
        DecoderForward + cost.DecoderForward,
        DecoderBackward + cost.DecoderBackward,
        EncoderForward + cost.EncoderForward);
}
