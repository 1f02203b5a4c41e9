using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>What the catalog shows of an operator family.</summary>
public sealed record OperatorDescriptor
{
    /// <summary>Name in the API, lower_snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for users.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it is linear and so has an exact adjoint (<see cref="ILinearForwardOperator"/>).</summary>
    public required bool IsLinear { get; init; }

    /// <summary>Whether a request may bring a mask.</summary>
    public bool TakesMask { get; init; }

    /// <summary>Whether a request must bring a kernel.</summary>
    public bool TakesKernel { get; init; }

    /// <summary>What its measurements are.</summary>
    public MeasurementKind Measurement { get; init; }

    /// <summary>Whether the size of the picture can't be told from a measurement's shape, so that a request must say it.</summary>
    public bool NeedsPictureSize { get; init; }

    /// <summary>Its parameters.</summary>
    public required ImmutableArray<ParameterDescriptor> Parameters { get; init; }
}
