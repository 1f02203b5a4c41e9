using System.Collections.Immutable;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Scheduling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// Operators bound lately, one batch a lane, kept while the same samples sit in the same rows: masks, kernels and measurements are gathered
/// when somebody joins or leaves, not at every step, not even if a sample's guided and plain steps alternate. Where a batch has several operators, those
/// whose rows stayed are kept. Device thread only.
/// </summary>
/// <param name="guard">Where operators are entered and left.</param>
/// <param name="faulted">Told of an operator whose own code threw when it was disposed of; null if nobody cares.</param>
internal sealed class BoundOperators(CallGuard guard, Action<IForwardOperatorFamily, Exception>? faulted = null) : IDisposable
{
    private const int Capacity = 16;

    private readonly LinkedList<(LaneKey Lane, BoundBatch Bound)> _recent = [];

    /// <summary>The operators of a batch, bound anew where their rows changed.</summary>
    /// <param name="lane">The batch's lane.</param>
    /// <param name="rows">Numbers of its samples.</param>
    /// <param name="pieces">Their measurements; neighbours with equal operators are bound together.</param>
    /// <param name="measurements">Their measurements on the device.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="stake">What is lost if the binding hangs.</param>
    /// <returns>What the rows are bound to; owned here.</returns>
    public BoundBatch For(LaneKey lane, long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device, IStake stake)
    {
        var before = Take(lane);
        var bound = before is not null && before.Rows.AsSpan().SequenceEqual(rows) ? before : Bind(rows, pieces, measurements, device, stake, before?.Release() ?? []);
        _recent.AddFirst((lane, bound));
        if (_recent.Count > Capacity)
        {
            var oldest = _recent.Last!.Value.Bound;
            _recent.RemoveLast();
            Free(oldest);
        }

        return bound;
    }

    /// <summary>Binds one operator without keeping it: the caller frees it.</summary>
    public BoundOperator Bind(long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device, IStake stake) =>
        pieces[0].Degradation is { } degradation
            ? guard.Run(degradation.Family, "The binding of an operator", stake, _ => BoundOperator.Bind(rows, pieces, measurements, device), static late => late.Dispose())
            : BoundOperator.Bind(rows, pieces, measurements, device);

    /// <summary>Leaves operators to the thread that uses them and may never come back; they are not disposed of here.</summary>
    public void Forget(BoundBatch bound)
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
            if (node.Value.Bound.Parts.Any(part => ReferenceEquals(part.Family, family)))
            {
                _recent.Remove(node);
                foreach (var companion in node.Value.Bound.Release().Where(part => !ReferenceEquals(part.Family, family)))
                {
                    Free(companion);
                }
            }

            node = next;
        }
    }

    /// <summary>Lets go of operators that no sample comes back to, and so of their model, their solver and their own code.</summary>
    /// <param name="work">All that waits.</param>
    public void Trim(IEnumerable<IScheduledWork> work)
    {
        if (_recent.Count == 0)
        {
            return;
        }

        var alive = work.Select(item => item.Id).ToHashSet();
        for (var node = _recent.First; node is not null;)
        {
            var next = node.Next;
            if (!node.Value.Bound.Rows.Any(alive.Contains))
            {
                _recent.Remove(node);
                Free(node.Value.Bound);
            }

            node = next;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Trim([]);

    /// <summary>Disposes of one that is kept no longer.</summary>
    /// <param name="bound">The operator.</param>
    /// <param name="stake">What is lost if that hangs; null for nothing.</param>
    public void Free(BoundOperator bound, IStake? stake = null)
    {
        if (bound.Family is { } family)
        {
            guard.Run(family, "Letting go of an operator", stake ?? NoStake.Instance, bound.Dispose);
            if (bound.Fault is { } fault)
            {
                faulted?.Invoke(family, fault);
            }
        }
    }

    private void Free(BoundBatch bound)
    {
        foreach (var part in bound.Release())
        {
            Free(part);
        }
    }

    private BoundBatch? Take(LaneKey lane)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Lane == lane)
            {
                _recent.Remove(node);
                return node.Value.Bound;
            }
        }

        return null;
    }

    private BoundBatch Bind(
        long[] rows, IReadOnlyList<Workpiece> pieces, IReadOnlyList<Tensor> measurements, Device device, IStake stake, ImmutableArray<BoundOperator> before)
    {
        var kept = new HashSet<BoundOperator>();
        try
        {
            var runs = Runs(pieces).Select(run => (Run: run, Ids: rows[run])).ToArray();
            kept.UnionWith(before);
            foreach (var left in before.Where(part => !runs.Any(run => run.Ids.AsSpan().SequenceEqual(part.Rows))))
            {
                // One by one: if this hangs, those behind it are let go of too.
                kept.Remove(left);
                Free(left);
            }

            var parts = ImmutableArray.CreateBuilder<BoundOperator>(runs.Length);
            foreach (var (run, ids) in runs)
            {
                var part = kept.FirstOrDefault(part => part.Rows.AsSpan().SequenceEqual(ids))
                    ?? Bind(ids, [.. pieces.Take(run)], [.. measurements.Take(run)], device, stake);
                kept.Add(part);
                parts.Add(part);
            }

            return new BoundBatch(rows, parts.ToImmutable());
        }
        catch (CallAbandonedException abandoned)
        {
            // Another thread has taken this one's place: what it holds, nobody else knows of. What hung once may hang again.
            foreach (var part in kept.Where(part => !ReferenceEquals(part.Family, abandoned.Call.Part)))
            {
                part.Dispose();
            }

            throw;
        }
        catch
        {
            foreach (var part in kept)
            {
                Free(part, stake);
            }

            throw;
        }
    }

    private static IEnumerable<Range> Runs(IReadOnlyList<Workpiece> pieces)
    {
        var start = 0;
        for (var end = 1; end <= pieces.Count; end++)
        {
            if (end == pieces.Count || !pieces[end].BindsWith(pieces[start]))
            {
                yield return start..end;
                start = end;
            }
        }
    }
}
