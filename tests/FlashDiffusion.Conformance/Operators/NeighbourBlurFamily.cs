using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// The operator that solvers are tried with unless they ask for another: each pixel mixed with its right neighbour, times a gain of the
/// row's own. Linear, with an exact adjoint.
/// </summary>
internal sealed class NeighbourBlurFamily : IForwardOperatorFamily
{
    public const string Gain = "gain";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = "neighbour_blur",
        Description = "Mixes each pixel with its neighbour and multiplies by a gain.",
        IsLinear = true,
        Parameters = [ParameterDescriptor.Number(Gain, 1, 0.5, 2, "The factor.")],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => new()
    {
        Violations = spec.Parameters.Violations(Descriptor.Parameters),
        StructuralKey = Descriptor.Name,
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new Bound([.. rows.Select(row => (float)row.Parameters.Number(Gain))], device);

    private sealed class Bound(float[] gains, Device device) : ILinearForwardOperator
    {
        private const double Own = 0.8;

        private readonly Tensor _gains = tensor(gains, device: device).reshape(-1, 1, 1, 1).DetachFromDisposeScope();

        public int Rows => gains.Length;

        public Tensor Forward(Tensor pictures) => ((pictures * Own) + (pictures.roll(1, 3) * (1 - Own))) * _gains;

        public Tensor Adjoint(Tensor measurements) => ((measurements * Own) + (measurements.roll(-1, 3) * (1 - Own))) * _gains;

        public Tensor Consistent(Tensor measurements) => measurements.clone();

        public Tensor ToImage(Tensor measurements) => measurements.clone();

        public void Dispose() => _gains.Dispose();
    }
}
