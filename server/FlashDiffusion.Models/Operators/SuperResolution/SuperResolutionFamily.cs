using System.Collections.Immutable;
using System.Globalization;
using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.SuperResolution;

/// <summary>
/// Super-resolution: the measurement is the picture reduced by a whole number, by antialiased bicubic resampling or by averaging.
/// The severity encoder sees its bicubic enlargement.
/// </summary>
internal sealed class SuperResolutionFamily : IForwardOperatorFamily
{
    public const string Name = "super_resolution";
    public const string Scale = "scale";
    public const string Method = "method";
    public const string Bicubic = "bicubic";
    public const string Average = "average";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Reduces the picture by a whole number; the reconstruction enlarges it again.",
        IsLinear = true,
        Parameters =
        [
            ParameterDescriptor.Integer(Scale, 4, 2, 8, "How many pixels a side become one; it must divide both sides of the picture.") with { Structural = true },
            ParameterDescriptor.Choice(Method, "Antialiased bicubic reduction as MATLAB's imresize does it, or the mean of each block.", Bicubic, Average),
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        var scale = spec.Parameters.Integer(Scale);
        ImmutableArray<FieldViolation> violations = picture.Height % scale == 0 && picture.Width % scale == 0
            ? []
            : [new FieldViolation($"parameters.{Scale}", $"The scale must divide both sides of the picture, but {picture} is no multiple of {scale}.")];
        return new OperatorPlan
        {
            Violations = violations,
            StructuralKey = OperatorKey.Of(Name, spec.Compatibility, string.Create(CultureInfo.InvariantCulture, $"x{scale}")),
            MeasurementShape = [3, picture.Height / scale, picture.Width / scale],
            MeasurementCount = picture.Elements / (scale * scale),
        };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        var scale = rows[0].Parameters.Integer(Scale);
        var byMethod = rows.Select(row => row.Parameters.Choice(Method)).Distinct().ToDictionary(
            method => method,
            method => new SeparableRow(Reduction(method, picture.Height, scale), Reduction(method, picture.Width, scale)));
        var enlargement = (ResampleMatrix.BicubicEnlargement(picture.Height, scale), ResampleMatrix.BicubicEnlargement(picture.Width, scale));
        return new SeparableOperator([.. rows.Select(row => byMethod[row.Parameters.Choice(Method)])], device, enlargement);
    }

    private static AxisMatrix Reduction(string method, int length, int scale) =>
        method == Average ? ResampleMatrix.Average(length, scale) : ResampleMatrix.BicubicReduction(length, scale);
}
