using static TorchSharp.torch;

namespace FlashDiffusion.TestPlugins;

/// <summary>A small real operator that nobody else has: the picture turned upside down, or mirrored.</summary>
public sealed class GoodOperator : IForwardOperatorFamily
{
    /// <inheritdoc/>
    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = "good_operator",
        Description = "Turns the picture upside down or mirrors it.",
        IsLinear = true,
        Parameters = [ParameterDescriptor.Choice("turn", "Which way.", "upside_down", "mirrored") with { Structural = true }],
    };

    /// <inheritdoc/>
    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new OperatorPlan { StructuralKey = spec.Parameters.Choice("turn"), MeasurementShape = [3, picture.Height, picture.Width], MeasurementCount = picture.Elements };
    }

    /// <inheritdoc/>
    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Turned(rows.Count, rows[0].Parameters.Choice("turn") == "mirrored" ? 3 : 2);
    }

    private sealed class Turned(int rows, long axis) : ILinearForwardOperator
    {
        public int Rows => rows;

        public Tensor Forward(Tensor pictures) => pictures.flip(axis);

        public Tensor Adjoint(Tensor measurements) => measurements.flip(axis);

        public Tensor Consistent(Tensor measurements) => measurements.clone();

        public Tensor ToImage(Tensor measurements) => measurements.flip(axis);

        public void Dispose()
        {
        }
    }
}
