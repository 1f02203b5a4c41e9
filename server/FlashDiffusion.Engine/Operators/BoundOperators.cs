using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Scheduling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// Operators bound lately, one a lane, kept while the same samples sit in the same rows: masks, kernels and measurements are gathered
/// when somebody joins or leaves, not at every step, not even if a sample's guided and plain steps alternate. Device thread only.
/// </summary>
/// <param name="guard">Where operators are entered and left.</param>
internal sealed class BoundOperators(CallGuard guard) : IDisposable
{
    private const int Capacity = 16;

    private readonly LinkedList<(LaneKey Lane, BoundOperator Bound)> _recent = [];

    /// <summary>The operator of a batch, bound anew if its rows changed.</summary>
    /// <param name="lane">The batch's lane.</param>
    /// <param name="rows">Numbers of its samples.</param>
    /// <param name="pieces">Their measurements.</param>
    /// <param name="measurements">Their measurements on the device.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="stake">What is lost if the binding hangs.</param>
    /// <returns>The bound operator; owned here.</returns>
    public BoundOperator For(LaneKey lane, long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device, IStake stake)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Lane != lane)
            {
                continue;
            }

            _recent.Remove(node);
            if (node.Value.Bound.Rows.AsSpan().SequenceEqual(rows))
            {
                _recent.AddFirst(node);
                return node.Value.Bound;
            }

            Free(node.Value.Bound);
            break;
        }

        var bound = Bind(rows, pieces, measurements, device, stake);
        _recent.AddFirst((lane, bound));
        if (_recent.Count > Capacity)
        {
            var oldest = _recent.Last!.Value.Bound;
            _recent.RemoveLast();
            Free(oldest);
        }

        return bound;
    }

    /// <summary>Binds without keeping: the caller frees it.</summary>
    public BoundOperator Bind(long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device, IStake stake) =>
        pieces[0].Degradation is { } degradation
            ? guard.Run(degradation.Family, "The binding of an operator", stake, _ => BoundOperator.Bind(rows, pieces, measurements, device), static late => late.Dispose())
            : BoundOperator.Bind(rows, pieces, measurements, device);

    /// <summary>Leaves an operator to the thread that uses it and may never come back; it is not disposed of here.</summary>
    public void Forget(BoundOperator bound)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Bound == bound)
            {
                _recent.Remove(node);
                return;
            }
        }
    }

    /// <summary>Leaves every operator of a family that hung: it might hang as well when it is disposed of.</summary>
    public void Forget(object family)
    {
        for (var node = _recent.First; node is not null;)
        {
            var next = node.Next;
            if (ReferenceEquals(node.Value.Bound.Family, family))
            {
                _recent.Remove(node);
            }

            node = next;
        }
    }

    /// <summary>Lets go of operators that no sample comes back to, and so of their model.</summary>
    /// <param name="isLive">Whether work of a lane or its siblings waits.</param>
    public void Trim(Func<LaneKey, bool> isLive)
    {
        for (var node = _recent.First; node is not null;)
        {
            var next = node.Next;
            if (!isLive(node.Value.Lane))
            {
                _recent.Remove(node);
                Free(node.Value.Bound);
            }

            node = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Trim(_ => false);

    /// <summary>Disposes of one that is kept no longer.</summary>
    /// <param name="bound">The operator.</param>
    /// <param name="stake">What is lost if that hangs; null for nothing.</param>
    public void Free(BoundOperator bound, IStake? stake = null)
    {
        if (bound.Family is { } family)
        {
            guard.Run(family, "Letting go of an operator", stake ?? NoStake.Instance, bound.Dispose);
        }
    }
}
