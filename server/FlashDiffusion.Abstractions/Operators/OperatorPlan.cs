using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>Answer of a family to a specification: what is wrong with it, or what follows from it.</summary>
public sealed record OperatorPlan
{
    /// <summary>What is wrong; empty if the operator can be bound.</summary>
    public ImmutableArray<FieldViolation> Violations { get; init; } = [];

    /// <summary>Rows with equal keys (and picture shapes) can share one bound operator.</summary>
    public string StructuralKey { get; init; } = "";

    /// <summary>Shape of one measurement, without the batch axis.</summary>
    public ImmutableArray<long> MeasurementShape { get; init; } = [];

    /// <summary>Number of measured values m that the consistency term looks at (kept pixels only, for a mask).</summary>
    public int MeasurementCount { get; init; }
}
