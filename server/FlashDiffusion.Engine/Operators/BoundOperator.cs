using FlashDiffusion.Engine.Hangs;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>An operator bound to the rows of a batch, with their measurements as the consistency term compares them.</summary>
internal sealed class BoundOperator : IDisposable
{
    private BoundOperator(long[] rows, IForwardOperatorFamily? family, IForwardOperator? op, Tensor? measurements)
    {
        Rows = rows;
        Family = family;
        Operator = op;
        Measurements = measurements;
    }

    /// <summary>Numbers of the samples, in order.</summary>
    public long[] Rows { get; }

    /// <summary>Whose operator it is; null if the rows have none.</summary>
    public IForwardOperatorFamily? Family { get; }

    /// <summary>The operator; null if the rows have none.</summary>
    public IForwardOperator? Operator { get; }

    /// <summary>What its own code threw when it was disposed of; null if nothing.</summary>
    public Exception? Fault { get; private set; }

    /// <summary><see cref="IForwardOperator.Consistent"/> of the measurements; null if the rows have no operator.</summary>
    public Tensor? Measurements { get; }

    /// <summary>Binds. What comes out belongs to no dispose scope.</summary>
    /// <param name="rows">Numbers of the samples.</param>
    /// <param name="pieces">Their measurements, with equal operator keys and shapes.</param>
    /// <param name="measurements">Their measurements on the device, each without batch axis.</param>
    /// <param name="device">Where it computes.</param>
    public static BoundOperator Bind(long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device)
    {
        var first = pieces[0];
        if (first.Degradation is null)
        {
            return new BoundOperator(rows, null, null, null);
        }

        // What the operator keeps has left the scope (that is the contract of Bind); what it only needed to get there has not.
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var inner = first.Degradation.Family.Bind([.. pieces.Select(piece => piece.Degradation!.Spec)], first.Picture, device);
        var op = CroppedOperator.Around(inner, first.Picture, first.Working);
        try
        {
            var consistent = op.Consistent(stack(measurements)).detach().DetachFromDisposeScope();
            return new BoundOperator(rows, first.Degradation.Family, op, consistent);
        }
        catch
        {
            // What it throws now says less than what it threw before.
            LetGo(op);
            throw;
        }
    }

    /// <summary>Disposes of both. What the operator's own code throws is kept in <see cref="Fault"/>: nobody's reconstruction is at stake any more.</summary>
    public void Dispose()
    {
        Measurements?.Dispose();
        Fault ??= LetGo(Operator);
    }

    private static Exception? LetGo(IForwardOperator? op)
    {
        try
        {
            op?.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            return exception;
        }
    }
}
