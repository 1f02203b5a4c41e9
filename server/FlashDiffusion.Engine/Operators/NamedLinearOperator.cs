using FlashDiffusion.Engine.Hangs;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>A linear operator as a solver's step sees it.</summary>
/// <param name="inner">The operator.</param>
/// <param name="family">Whose code it is.</param>
/// <param name="call">The call of the solver in which it is used; null before that has begun.</param>
/// <param name="guard">Where that was entered.</param>
internal sealed class NamedLinearOperator(ILinearForwardOperator inner, IForwardOperatorFamily family, Func<GuardedCall?> call, CallGuard guard)
    : NamedOperator(inner, family, call, guard), ILinearForwardOperator
{
    /// <inheritdoc/>
    public Tensor Adjoint(Tensor measurements) => Run(measurements, inner.Adjoint);
}
