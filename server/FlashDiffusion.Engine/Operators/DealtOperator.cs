using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// Several operators side by side, each with a run of neighbouring rows, so that samples of different operators share a network call. Their measurements
/// have one shape. It owns none of them.
/// </summary>
/// <param name="parts">The operators and how many rows each has.</param>
internal class DealtOperator(ImmutableArray<(IForwardOperator Operator, int Rows)> parts) : IForwardOperator
{
    private readonly long[] _sizes = [.. parts.Select(part => (long)part.Rows)];

    /// <inheritdoc/>
    public int Rows => parts.Sum(part => part.Rows);

    /// <summary>Puts operators side by side: linear if all are; one alone stays as it is.</summary>
    /// <param name="parts">The operators and how many rows each has, at least one.</param>
    public static IForwardOperator Of(ImmutableArray<(IForwardOperator Operator, int Rows)> parts) => parts switch
    {
        [var (only, _)] => only,
        _ when parts.All(part => part.Operator is ILinearForwardOperator) => new DealtLinearOperator(parts),
        _ => new DealtOperator(parts),
    };

    /// <inheritdoc/>
    public Tensor Forward(Tensor pictures) => Deal(pictures, static (op, rows) => op.Forward(rows));

    /// <inheritdoc/>
    public Tensor Consistent(Tensor measurements) => Deal(measurements, static (op, rows) => op.Consistent(rows));

    /// <inheritdoc/>
    public Tensor ToImage(Tensor measurements) => Deal(measurements, static (op, rows) => op.ToImage(rows));

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Gives each operator its rows, and puts together what they make of them.</summary>
    /// <exception cref="InvalidOperationException">One made another number of rows, which would shift those of the others.</exception>
    protected Tensor Deal(Tensor batch, Func<IForwardOperator, Tensor, Tensor> code)
    {
        using var scope = NewDisposeScope();
        var dealt = batch.split(_sizes, 0);
        var made = new Tensor[parts.Length];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = code(parts[i].Operator, dealt[i]);
            if (made[i].dim() == 0 || made[i].shape[0] != parts[i].Rows)
            {
                throw new InvalidOperationException(FormattableString.Invariant($"Operator {i + 1} of {parts.Length} is bound to {parts[i].Rows} rows and returned a tensor of shape ({string.Join(", ", made[i].shape)})."));
            }
        }

        return cat(made, 0).MoveToOuterDisposeScope();
    }
}
