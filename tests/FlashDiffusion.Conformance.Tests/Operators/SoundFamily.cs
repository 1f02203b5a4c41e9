using static TorchSharp.torch;

namespace FlashDiffusion.Conformance.Tests.Operators;

/// <summary>
/// A family that uses everything it may, and correctly: removes columns by its seed, multiplies by a gain a row. Faults are planted into
/// it by overriding one method.
/// </summary>
internal class SoundFamily : IForwardOperatorFamily
{
    public virtual OperatorDescriptor Descriptor { get; } = new()
    {
        Name = "sound",
        Description = "Removes a column and multiplies by a gain.",
        IsLinear = true,
        Parameters = [ParameterDescriptor.Number("gain", 1, 0.5, 2, "The factor.")],
    };

    public virtual OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => new()
    {
        Violations = spec.Parameters.Violations(Descriptor.Parameters),
        StructuralKey = "sound",
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = 3 * picture.Height * (picture.Width - 1),
    };

    public virtual IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) => new SoundOperator(this, Weights(rows, picture));

    /// <summary>(B, 1, 1, W), 0 in the removed column.</summary>
    protected virtual Tensor Weights(IReadOnlyList<OperatorSpec> rows, PictureShape picture)
    {
        var weights = rows.SelectMany(row => Enumerable.Range(0, picture.Width).Select(x => x == (int)(row.Seed % (ulong)picture.Width) ? 0f : (float)row.Parameters.Number("gain"))).ToArray();
        return tensor(weights).reshape(rows.Count, 1, 1, picture.Width).DetachFromDisposeScope();
    }

    public virtual Tensor Forward(Tensor pictures, Tensor weights) => pictures * weights;

    public virtual Tensor Adjoint(Tensor measurements, Tensor weights) => measurements * weights;

    public virtual Tensor Consistent(Tensor measurements, Tensor weights) => measurements.masked_fill(weights.eq(0), 0);

    public virtual Tensor ToImage(Tensor measurements) => measurements.clone();

    public virtual void Dispose(Tensor weights) => weights.Dispose();

    private sealed class SoundOperator(SoundFamily family, Tensor weights) : ILinearForwardOperator
    {
        public int Rows => (int)weights.shape[0];

        public Tensor Forward(Tensor pictures) => family.Forward(pictures, weights);

        public Tensor Adjoint(Tensor measurements) => family.Adjoint(measurements, weights);

        public Tensor Consistent(Tensor measurements) => family.Consistent(measurements, weights);

        public Tensor ToImage(Tensor measurements) => family.ToImage(measurements);

        public void Dispose() => family.Dispose(weights);
    }
}
