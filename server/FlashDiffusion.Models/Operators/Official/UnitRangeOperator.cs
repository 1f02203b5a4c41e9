using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Official;

/// <summary>
/// The research code's way of applying an operator: on [0, 1], and rescaled, 2 A((x + 1)/2) - 1, for A and its transpose alike. That
/// is affine, not linear, wherever A does not keep constants. Measurements, of the picture's shape, pass as they are: noise stays on
/// removed pixels.
/// </summary>
internal sealed class UnitRangeOperator(ILinearForwardOperator inner) : ILinearForwardOperator
{
    public int Rows => inner.Rows;

    /// <summary>Wraps in official mode; otherwise returns the operator itself.</summary>
    public static ILinearForwardOperator WrapIfOfficial(ILinearForwardOperator op, Compatibility compatibility) =>
        compatibility == Compatibility.Official ? new UnitRangeOperator(op) : op;

    public Tensor Forward(Tensor pictures)
    {
        using var unit = ToUnit(pictures);
        using var result = inner.Forward(unit);
        return FromUnit(result);
    }

    public Tensor Adjoint(Tensor measurements)
    {
        using var unit = ToUnit(measurements);
        using var result = inner.Adjoint(unit);
        return FromUnit(result);
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose() => inner.Dispose();

    private static Tensor ToUnit(Tensor values)
    {
        using var shifted = values + 1;
        return shifted / 2;
    }

    private static Tensor FromUnit(Tensor values)
    {
        using var doubled = values * 2;
        return doubled - 1;
    }
}
