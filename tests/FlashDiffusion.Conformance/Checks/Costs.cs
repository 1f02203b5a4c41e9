namespace FlashDiffusion.Conformance;

/// <summary>Comparison of network calls.</summary>
internal static class Costs
{
    /// <summary>Network calls of every kind.</summary>
    public static long Total(StepCost cost) => (long)cost.UNetForward + cost.UNetBackward + cost.DecoderForward + cost.DecoderBackward + cost.EncoderForward;

    /// <summary>Whether no kind of call is made more often than declared.</summary>
    public static bool Within(StepCost counted, StepCost declared) =>
        counted.UNetForward <= declared.UNetForward
        && counted.UNetBackward <= declared.UNetBackward
        && counted.DecoderForward <= declared.DecoderForward
        && counted.DecoderBackward <= declared.DecoderBackward
        && counted.EncoderForward <= declared.EncoderForward;
}
