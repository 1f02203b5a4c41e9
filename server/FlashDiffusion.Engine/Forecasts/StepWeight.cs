namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// Network calls as one number, to tell what work will take that was never measured from other work of the same model. An assumption: a call of
/// any of its networks takes as long as one of any other, and a vector-Jacobian product as long as two. The first unit that is measured replaces it.
/// </summary>
internal static class StepWeight
{
    /// <summary>The last decode: one call of the decoder.</summary>
    public const double Decode = 1;

    /// <summary>A look at a measurement: one call of an encoder, and one of the decoder for the residual.</summary>
    public const double Look = 2;

    private const double Backward = 2;

    /// <summary>Calls, products counted double.</summary>
    public static double Of(StepCost cost) =>
        cost.UNetForward + cost.DecoderForward + cost.EncoderForward + (Backward * (cost.UNetBackward + cost.DecoderBackward));
}
