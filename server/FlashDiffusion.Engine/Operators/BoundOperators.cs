using FlashDiffusion.Engine.Scheduling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// Operators bound lately, one a lane, kept while the same samples sit in the same rows: masks, kernels and measurements are gathered
/// when somebody joins or leaves, not at every step, not even if a sample's guided and plain steps alternate. Device thread only.
/// </summary>
internal sealed class BoundOperators : IDisposable
{
    private const int Capacity = 16;

    private readonly LinkedList<(LaneKey Lane, BoundOperator Bound)> _recent = [];

    /// <summary>The operator of a batch, bound anew if its rows changed.</summary>
    /// <param name="lane">The batch's lane.</param>
    /// <param name="rows">Numbers of its samples.</param>
    /// <param name="pieces">Their measurements.</param>
    /// <param name="measurements">Their measurements on the device.</param>
    /// <param name="device">Where it computes.</param>
    /// <returns>The bound operator; owned here.</returns>
    public BoundOperator For(LaneKey lane, long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device)
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

            node.Value.Bound.Dispose();
            break;
        }

        var bound = BoundOperator.Bind(rows, pieces, measurements, device);
        _recent.AddFirst((lane, bound));
        if (_recent.Count > Capacity)
        {
            _recent.Last!.Value.Bound.Dispose();
            _recent.RemoveLast();
        }

        return bound;
    }

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

    /// <summary>Lets go of operators that no sample comes back to, and so of their model.</summary>
    /// <param name="isLive">Whether work of a lane or its siblings waits.</param>
    public void Trim(Func<LaneKey, bool> isLive)
    {
        for (var node = _recent.First; node is not null;)
        {
            var next = node.Next;
            if (!isLive(node.Value.Lane))
            {
                node.Value.Bound.Dispose();
                _recent.Remove(node);
            }

            node = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Trim(_ => false);
}
