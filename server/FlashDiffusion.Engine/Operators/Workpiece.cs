using System.Globalization;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Engine.Operators;

/// <summary>A measurement and what it takes to work on it: operator, shapes, host data.</summary>
internal sealed record Workpiece
{
    private string? _operatorKey;
    private string? _operatorShape;

    /// <summary>The operator and its noise; null without one.</summary>
    public OperatorRequest? Degradation { get; init; }

    /// <summary>What the operator's family says of it; null without one.</summary>
    public OperatorPlan? OperatorPlan { get; init; }

    /// <summary>The measurement on [-1, 1].</summary>
    public required HostTensor Measurement { get; init; }

    /// <summary>The caller's picture.</summary>
    public required PictureShape Picture { get; init; }

    /// <summary>The picture that the model works on.</summary>
    public required PictureShape Working { get; init; }

    /// <summary>Shape of its latent.</summary>
    public required LatentShape Latent { get; init; }

    /// <summary>Name and structural key of the operator: equal ones can be bound together.</summary>
    public string OperatorKey => _operatorKey ??= Degradation is null ? "" : $"{Degradation.Spec.Name}/{OperatorPlan!.StructuralKey}";

    /// <summary>Of a linear operator the shape of its measurement: a batch may deal its rows out to linear operators with equal ones.</summary>
    public string OperatorShape => _operatorShape ??= Degradation is null ? "" : string.Create(CultureInfo.InvariantCulture, $"linear {string.Join('x', Measurement.Shape)}");

    /// <summary>The same for who looks at the latent alone, as an inversion does.</summary>
    public Workpiece WithoutOperator() => this with { Degradation = null, OperatorPlan = null, _operatorKey = null, _operatorShape = null };

    /// <summary>Whether one binding may serve both, if their pictures have one shape.</summary>
    public bool BindsWith(Workpiece other) => ReferenceEquals(Degradation?.Family, other.Degradation?.Family) && OperatorKey == other.OperatorKey;

    /// <summary>sigma on [-1, 1] if residuals can be scaled by it; null without operator or noise.</summary>
    public double? ResidualStd => Degradation is { NoiseStd: > 0 } degradation && OperatorPlan!.MeasurementCount > 0 ? degradation.NoiseStd : null;

    /// <summary>Plans a measurement.</summary>
    /// <param name="model">The model.</param>
    /// <param name="degradation">The operator; null without one.</param>
    /// <param name="measurement">The measurement.</param>
    /// <param name="picture">The caller's picture.</param>
    public static Workpiece Of(ServedModel model, OperatorRequest? degradation, HostTensor measurement, PictureShape picture)
    {
        var working = model.WorkingShape(picture);
        return new Workpiece
        {
            Degradation = degradation,
            OperatorPlan = degradation is null ? null : Plans.Of(degradation, picture),
            Measurement = measurement,
            Picture = picture,
            Working = working,
            Latent = model.Model.LatentShapeOf(working),
        };
    }
}
