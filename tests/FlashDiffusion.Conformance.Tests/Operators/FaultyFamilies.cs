using static TorchSharp.torch;

namespace FlashDiffusion.Conformance.Tests.Operators;

/// <summary>One planted fault a class.</summary>
internal static class FaultyFamilies
{
    /// <summary>An adjoint with another gain.</summary>
    internal sealed class InexactAdjoint : SoundFamily
    {
        public override Tensor Adjoint(Tensor measurements, Tensor weights) => measurements * weights * 1.01;
    }

    /// <summary>Nothing for black: affine.</summary>
    internal sealed class Affine : SoundFamily
    {
        public override Tensor Forward(Tensor pictures, Tensor weights) => (pictures * weights) + (weights * 0.5);

        public override Tensor Adjoint(Tensor measurements, Tensor weights) => measurements * weights;
    }

    /// <summary>Says linear and is not, a little.</summary>
    internal sealed class Nonlinear : SoundFamily
    {
        public override Tensor Forward(Tensor pictures, Tensor weights) => (pictures * weights) + (pictures * weights).square() * 0.01;
    }

    /// <summary>Half of it is hidden from the gradient.</summary>
    internal sealed class HidesAGradient : SoundFamily
    {
        public override Tensor Forward(Tensor pictures, Tensor weights) => ((pictures * 0.5) + (pictures.detach() * 0.5)) * weights;
    }

    /// <summary>The first row's parameters for all.</summary>
    internal sealed class FirstRowsParameters : SoundFamily
    {
        protected override Tensor Weights(IReadOnlyList<OperatorSpec> rows, PictureShape picture) => base.Weights([.. rows.Select((row, i) => i == 0 ? row : row with { Parameters = rows[0].Parameters })], picture);
    }

    /// <summary>Adds nothing to other rows, unless it is not a number.</summary>
    internal sealed class SpreadsNaN : SoundFamily
    {
        public override Tensor Forward(Tensor pictures, Tensor weights) => (pictures * weights) + (pictures.sum() * 0);
    }

    /// <summary>The argument itself.</summary>
    internal sealed class ReturnsItsArgument : SoundFamily
    {
        public override Tensor ToImage(Tensor measurements) => measurements.alias();
    }

    /// <summary>Counts what it removed.</summary>
    internal sealed class CountsRemoved : SoundFamily
    {
        public override OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => base.Plan(spec, picture) with { MeasurementCount = picture.Elements };
    }

    /// <summary>Keeps what was sent for removed columns.</summary>
    internal sealed class LooksAtRemoved : SoundFamily
    {
        public override Tensor Consistent(Tensor measurements, Tensor weights) => measurements.clone();
    }

    /// <summary>Believes whatever it is told.</summary>
    internal sealed class TrustsParameters : SoundFamily
    {
        public override OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => base.Plan(spec, picture) with { Violations = [] };
    }

    /// <summary>A gain from a clock of its own.</summary>
    internal sealed class DrawsAnew : SoundFamily
    {
        private static int _bindings;

        protected override Tensor Weights(IReadOnlyList<OperatorSpec> rows, PictureShape picture)
        {
            using var scope = NewDisposeScope();
            using var weights = base.Weights(rows, picture);
            return (weights * (1 + (1e-6 * (Interlocked.Increment(ref _bindings) % 7)))).DetachFromDisposeScope();
        }
    }

    /// <summary>Never disposes what it holds.</summary>
    internal sealed class KeepsTensors : SoundFamily
    {
        public override void Dispose(Tensor weights)
        {
        }
    }

    /// <summary>A name that the API does not take.</summary>
    internal sealed class NamedBadly : SoundFamily
    {
        public override OperatorDescriptor Descriptor => base.Descriptor with { Name = "Not Snake" };
    }
}
