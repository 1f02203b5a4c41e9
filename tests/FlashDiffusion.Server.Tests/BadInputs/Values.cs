namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>Values that no field of a kind accepts.</summary>
internal static class Values
{
    /// <summary>Numbers that no enum of the contract has.</summary>
    public static int[] NoEnum { get; } = [-1, 99, int.MaxValue];

    /// <summary>Numbers outside an interval, and what is no number.</summary>
    public static double[] Outside(double minimum, double maximum) => [Below(minimum), Above(maximum), double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    private static double Below(double value) => value - 0.1;

    private static double Above(double value) => value + 0.1;
}
