namespace FlashDiffusion;

/// <summary>Network calls of one step of one sample.</summary>
/// <param name="UNetForward">Denoiser evaluations.</param>
/// <param name="UNetBackward">Vector-Jacobian products through the denoiser.</param>
/// <param name="DecoderForward">Decoder evaluations.</param>
/// <param name="DecoderBackward">Vector-Jacobian products through the decoder.</param>
/// <param name="EncoderForward">Encoder evaluations.</param>
public readonly record struct StepCost(int UNetForward, int UNetBackward = 0, int DecoderForward = 0, int DecoderBackward = 0, int EncoderForward = 0)
{
    /// <summary>Sum of two costs.</summary>
    /// <param name="left">One cost.</param>
    /// <param name="right">Another.</param>
    /// <returns>Their sum, field by field.</returns>
    public static StepCost operator +(StepCost left, StepCost right) => Add(left, right);

    /// <summary>Sum of two costs.</summary>
    /// <param name="left">One cost.</param>
    /// <param name="right">Another.</param>
    /// <returns>Their sum, field by field.</returns>
    public static StepCost Add(StepCost left, StepCost right) => new(
        left.UNetForward + right.UNetForward,
        left.UNetBackward + right.UNetBackward,
        left.DecoderForward + right.DecoderForward,
        left.DecoderBackward + right.DecoderBackward,
        left.EncoderForward + right.EncoderForward);
}
