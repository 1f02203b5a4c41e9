using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// An operator family and its twin, which measures half as much: to a solver two operators of one measurement shape, with other names and counts, whose rows
/// share batches.
/// </summary>
/// <param name="inner">The family.</param>
internal sealed class TwinFamily(IForwardOperatorFamily inner) : IForwardOperatorFamily
{
    /// <summary>What the twin adds to the name.</summary>
    public const string Suffix = "_twin";

    private const float Half = 0.5f;

    public OperatorDescriptor Descriptor => inner.Descriptor;

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        var plan = inner.Plan(Own(spec), picture);
        return IsTwin(spec) ? plan with { MeasurementCount = Math.Max(1, plan.MeasurementCount / 2) } : plan;
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        var bound = inner.Bind([.. rows.Select(Own)], picture, device);
        float[] gains = [.. rows.Select(row => IsTwin(row) ? Half : 1f)];
        return bound is ILinearForwardOperator linear ? new LinearPair(linear, gains, device) : new Pair(bound, gains, device);
    }

    private static bool IsTwin(OperatorSpec spec) => spec.Name.EndsWith(Suffix, StringComparison.Ordinal);

    private static OperatorSpec Own(OperatorSpec spec) => IsTwin(spec) ? spec with { Name = spec.Name[..^Suffix.Length] } : spec;

    private class Pair(IForwardOperator bound, float[] gains, Device device) : IForwardOperator
    {
        private readonly Tensor _gains = tensor(gains, device: device).DetachFromDisposeScope();

        public int Rows => bound.Rows;

        public Tensor Forward(Tensor pictures) => Times(bound.Forward(pictures));

        public Tensor Consistent(Tensor measurements) => Times(bound.Consistent(Over(measurements)));

        public Tensor ToImage(Tensor measurements) => bound.ToImage(Over(measurements));

        public void Dispose()
        {
            _gains.Dispose();
            bound.Dispose();
        }

        protected Tensor Times(Tensor batch) => batch * Shaped(batch);

        private Tensor Over(Tensor batch) => batch / Shaped(batch);

        private Tensor Shaped(Tensor batch) => _gains.reshape([-1, .. Enumerable.Repeat(1L, (int)batch.dim() - 1)]);
    }

    private sealed class LinearPair(ILinearForwardOperator bound, float[] gains, Device device) : Pair(bound, gains, device), ILinearForwardOperator
    {
        public Tensor Adjoint(Tensor measurements) => bound.Adjoint(Times(measurements));
    }
}
