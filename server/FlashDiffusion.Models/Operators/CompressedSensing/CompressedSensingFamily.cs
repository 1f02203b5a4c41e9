using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.CompressedSensing;

/// <summary>Compressed sensing: a random part of the coefficients of a scrambled picture. The operator's seed chooses both.</summary>
internal sealed class CompressedSensingFamily : IForwardOperatorFamily
{
    public const string Name = "compressed_sensing";
    public const string Ratio = "ratio";
    public const string Transform = "transform";
    public const string Cosine = "dct";
    public const string Hadamard = "hadamard";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Measures a random part of the coefficients of each channel, (3, m), after random signs of its pixels; both are the operator's seed's.",
        IsLinear = true,
        Measurement = MeasurementKind.Values,
        NeedsPictureSize = true,
        Parameters =
        [
            ParameterDescriptor.Number(Ratio, 0.5, 0.01, 1, "Measured coefficients m as a share of the picture's pixels.") with { Unit = "share of pixels", Structural = true },
            ParameterDescriptor.Choice(Transform, "Orthonormal transform: discrete cosine, or Walsh-Hadamard for sides that are powers of two.", Cosine, Hadamard) with { Structural = true },
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        var transform = spec.Parameters.Choice(Transform);
        ImmutableArray<FieldViolation> violations = transform == Hadamard && !(BitOperations.IsPow2(picture.Height) && BitOperations.IsPow2(picture.Width))
            ? [new FieldViolation($"parameters.{Transform}", $"The Hadamard transform needs sides that are powers of two, but the picture is {picture}; take '{Cosine}'.")]
            : [];
        var count = Count(spec, picture);
        return new OperatorPlan
        {
            Violations = violations,
            StructuralKey = OperatorKey.Of(Name, spec.Compatibility, string.Create(CultureInfo.InvariantCulture, $"{transform}/{count}")),
            MeasurementShape = [3, count],
            MeasurementCount = 3 * count,
        };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        Func<int, AxisMatrix> transform = rows[0].Parameters.Choice(Transform) == Hadamard ? OrthonormalTransform.Hadamard : OrthonormalTransform.Cosine;
        var count = Count(rows[0], picture);
        return new SubsetOperator(
            [.. rows.Select(row => MeasuredSubset.Draw(picture, count, row.Seed))], transform(picture.Height), transform(picture.Width), picture, device);
    }

    private static int Count(OperatorSpec spec, PictureShape picture) =>
        Math.Max(1, (int)Math.Round(spec.Parameters.Number(Ratio) * picture.Height * picture.Width));
}
