using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Blur;

/// <summary>Gaussian blur with reflected borders: A = M X M^T with the reflection folded into M.</summary>
internal sealed class GaussianBlurFamily : IForwardOperatorFamily
{
    public const string Name = "gaussian_blur";
    public const string Std = "std";
    public const string KernelSize = "kernel_size";
    private readonly BlurMatrixCache _matrices = new();

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Gaussian blur; borders are reflected.",
        IsLinear = true,
        Parameters =
        [
            ParameterDescriptor.Number(Std, null, 0.05, 20, "Standard deviation of the blur.") with { Unit = "pixels" },
            ParameterDescriptor.Integer(KernelSize, 61, 3, 121, "Side of the square kernel, an odd number; the picture must be larger than half of it.") with { Unit = "pixels" },
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => ParameterRefusal.Of(spec, Descriptor) ?? new OperatorPlan
    {
        Violations = [.. KernelSizeRule.Violations(spec.Parameters.Integer(KernelSize), KernelSize, picture)],
        StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        var matrices = rows.Select(row =>
        {
            var (size, std) = (row.Parameters.Integer(KernelSize), row.Parameters.Number(Std));
            var (vertical, verticalAdjoint) = _matrices.Get(picture.Height, size, std, row.Compatibility);
            var (horizontal, horizontalAdjoint) = _matrices.Get(picture.Width, size, std, row.Compatibility);
            return new SeparableRow(vertical, horizontal, verticalAdjoint, horizontalAdjoint);
        });
        return UnitRangeOperator.WrapIfOfficial(new SeparableOperator([.. matrices], device), rows[0].Compatibility);
    }
}
