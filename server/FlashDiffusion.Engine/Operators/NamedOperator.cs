using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Hangs;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// An operator as a solver's step sees it: while it computes, forward or a gradient, the guard knows that it is not the solver. It belongs to its
/// binding, so that a solver that disposes of it takes it from nobody.
/// </summary>
/// <param name="inner">The operator.</param>
/// <param name="family">Whose code it is.</param>
/// <param name="call">The call of the solver in which it is used; null before that has begun.</param>
/// <param name="guard">Where that was entered.</param>
internal class NamedOperator(IForwardOperator inner, IForwardOperatorFamily family, Func<GuardedCall?> call, CallGuard guard) : IForwardOperator
{
    /// <inheritdoc/>
    public int Rows => inner.Rows;

    /// <summary>Names the operators of a batch, each by itself, and keeps their linearity.</summary>
    /// <param name="bound">The operators; not owned.</param>
    /// <param name="call">The call of the solver.</param>
    /// <param name="guard">Where that was entered.</param>
    /// <returns>Null if there is none.</returns>
    public static IForwardOperator? Of(BoundBatch bound, Func<GuardedCall?> call, CallGuard guard) => bound.Parts.All(part => part.Operator is not null)
        ? DealtOperator.Of([.. bound.Parts.Select(part => ((IForwardOperator)Of(part, call, guard)!, part.Rows.Length))])
        : null;

    /// <inheritdoc/>
    public Tensor Forward(Tensor pictures) => Run(pictures, inner.Forward);

    /// <inheritdoc/>
    public Tensor Consistent(Tensor measurements) => Run(measurements, inner.Consistent);

    /// <inheritdoc/>
    public Tensor ToImage(Tensor measurements) => Run(measurements, inner.ToImage);

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Computes under the operator's name, and so do gradients that are asked for later: they come in by what it made, and go out by what it was given.</summary>
    protected Tensor Run(Tensor input, Func<Tensor, Tensor> code)
    {
        if (call() is not { } step)
        {
            return code(input);
        }

        if (!input.requires_grad)
        {
            return guard.Nest(step, family, "A call of an operator in a step", () => code(input));
        }

        var given = GradientTap.On(input, _ => CallGuard.Leave(step));
        var made = guard.Nest(step, family, "A call of an operator in a step", () => code(given));
        return GradientTap.On(made, _ => guard.Enter(step, family, "A gradient of an operator in a step"));
    }

    private static NamedOperator? Of(BoundOperator bound, Func<GuardedCall?> call, CallGuard guard) => bound switch
    {
        { Operator: ILinearForwardOperator linear, Family: { } family } => new NamedLinearOperator(linear, family, call, guard),
        { Operator: { } inner, Family: { } family } => new NamedOperator(inner, family, call, guard),
        _ => null,
    };
}
