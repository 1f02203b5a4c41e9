using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>Several linear operators side by side: the adjoint of the whole is theirs, row by row.</summary>
/// <param name="parts">The operators, all linear, and how many rows each has.</param>
internal sealed class DealtLinearOperator(ImmutableArray<(IForwardOperator Operator, int Rows)> parts) : DealtOperator(parts), ILinearForwardOperator
{
    /// <inheritdoc/>
    public Tensor Adjoint(Tensor measurements) => Deal(measurements, static (op, rows) => ((ILinearForwardOperator)op).Adjoint(rows));
}
