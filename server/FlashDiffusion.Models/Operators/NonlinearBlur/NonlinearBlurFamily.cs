using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlur;

/// <summary>Gaussian blur of light instead of pixel values: real blur happens before a camera's gamma curve. Not linear.</summary>
internal sealed class NonlinearBlurFamily : IForwardOperatorFamily
{
    public const string Name = "nonlinear_blur";
    public const string Std = "std";
    public const string Gamma = "gamma";
    public const string KernelSize = "kernel_size";
    private readonly BlurMatrixCache _matrices = new();

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Gaussian blur of light instead of pixel values, (k * x^gamma)^(1/gamma) on [0, 1]: bright parts spread; borders are reflected.",
        IsLinear = false,
        Parameters =
        [
            ParameterDescriptor.Number(Std, 2, 0.05, 20, "Standard deviation of the blur.") with { Unit = "pixels" },
            ParameterDescriptor.Number(Gamma, 2.2, 1, 4, "Exponent that makes light of pixel values on [0, 1]; 1 is a linear blur."),
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
            var (vertical, _) = _matrices.Get(picture.Height, size, std, Compatibility.Standard);
            return new SeparableRow(vertical, _matrices.Get(picture.Width, size, std, Compatibility.Standard).Forward);
        });
        return new GammaBlurOperator(new SeparableOperator([.. matrices], device), [.. rows.Select(row => (float)row.Parameters.Number(Gamma))], device);
    }
}
