using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>The fake operator, which stops in the call that a test chooses until the test lets it go on.</summary>
internal sealed class HangingFamily : IForwardOperatorFamily, IDisposable
{
    private readonly FakeOperatorFamily _inner = new();
    private readonly HangPoint _point = new();

    public OperatorDescriptor Descriptor => _inner.Descriptor;

    /// <summary>The call in which it stops.</summary>
    public OperatorCall Hangs { get; set; }

    /// <summary>Whether it does now.</summary>
    public Func<bool> When { get; set; } = () => true;

    /// <summary>Whether a forward pass throws.</summary>
    public Func<bool> Throws { get; set; } = () => false;

    /// <summary>Whether letting go throws.</summary>
    public bool ThrowsAtItsEnd { get; set; }

    /// <summary>Rows that were bound last.</summary>
    public int Rows { get; private set; }

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        Pass(OperatorCall.Plan);
        _point.Pass(Hangs == OperatorCall.CheckingPlan && When(), AdmissionThreads.Name);
        return _inner.Plan(spec, picture);
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        Rows = rows.Count;
        Pass(OperatorCall.Bind);
        return new Bound((ILinearForwardOperator)_inner.Bind(rows, picture, device), this);
    }

    /// <summary>Waits until it stands in such a call.</summary>
    public Task EnteredAsync() => _point.EnteredAsync();

    /// <summary>Lets it go on.</summary>
    public void Release() => _point.Release();

    public void Dispose() => _point.Dispose();

    private void Pass(OperatorCall call) => _point.Pass(Hangs == call && When());

    private sealed class Bound(ILinearForwardOperator inner, HangingFamily family) : ILinearForwardOperator
    {
        public int Rows => inner.Rows;

        public Tensor Forward(Tensor pictures)
        {
            family.Pass(OperatorCall.Forward);
            return family.Throws() ? throw new InvalidOperationException("Told to throw.") : GradientTap.On(inner.Forward(pictures), _ => family.Pass(OperatorCall.Gradient));
        }

        public Tensor Adjoint(Tensor measurements) => inner.Adjoint(measurements);

        public Tensor Consistent(Tensor measurements) => inner.Consistent(measurements);

        public Tensor ToImage(Tensor measurements)
        {
            family.Pass(OperatorCall.ToImage);
            return inner.ToImage(measurements);
        }

        public void Dispose()
        {
            family.Pass(OperatorCall.Dispose);
            inner.Dispose();
            if (family.ThrowsAtItsEnd)
            {
                throw new InvalidOperationException("Told to throw.");
            }
        }
    }
}
