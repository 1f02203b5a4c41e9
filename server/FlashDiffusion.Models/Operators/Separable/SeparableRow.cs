namespace FlashDiffusion.Models.Operators.Separable;

/// <summary>One row's separable operator Y = L X R^T and what goes back, X = La Y Ra^T.</summary>
/// <param name="Vertical">L, acts along columns of pixels.</param>
/// <param name="Horizontal">R, acts along rows of pixels.</param>
/// <param name="VerticalAdjoint">La: L^T, or the research code's stand-in for it.</param>
/// <param name="HorizontalAdjoint">Ra: R^T, or the research code's stand-in for it.</param>
internal sealed record SeparableRow(AxisMatrix Vertical, AxisMatrix Horizontal, AxisMatrix VerticalAdjoint, AxisMatrix HorizontalAdjoint)
{
    /// <summary>A row with the exact adjoint.</summary>
    public SeparableRow(AxisMatrix vertical, AxisMatrix horizontal)
        : this(vertical, horizontal, vertical.Transpose(), horizontal.Transpose())
    {
    }
}
