using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>What the rows of a batch are bound to: one operator, or several that each have a run of neighbouring rows.</summary>
internal sealed class BoundBatch : IDisposable
{
    private readonly Tensor? _joined;

    /// <param name="rows">Numbers of the samples.</param>
    /// <param name="parts">Their operators in the order of the rows, at least one; owned here from now on, unless this throws.</param>
    public BoundBatch(long[] rows, ImmutableArray<BoundOperator> parts)
    {
        Rows = rows;
        Parts = parts;
        if (parts.Length > 1 && parts.All(part => part.Measurements is not null))
        {
            using var guard = no_grad();
            _joined = cat([.. parts.Select(part => part.Measurements!)], 0).DetachFromDisposeScope();
        }
    }

    /// <summary>Numbers of the samples, in order.</summary>
    public long[] Rows { get; }

    /// <summary>The operators, in the order of the rows.</summary>
    public ImmutableArray<BoundOperator> Parts { get; }

    /// <summary><see cref="IForwardOperator.Consistent"/> of all measurements; null if the rows have no operator.</summary>
    public Tensor? Measurements => _joined ?? Parts[0].Measurements;

    /// <summary>Lets go of what is not the parts'.</summary>
    /// <returns>The parts, now the caller's.</returns>
    public ImmutableArray<BoundOperator> Release()
    {
        _joined?.Dispose();
        return Parts;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in Release())
        {
            part.Dispose();
        }
    }
}
