using System.Collections.Immutable;
using System.Globalization;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>Blur of a shaken camera along a random path; the operator's seed chooses the path.</summary>
internal sealed class MotionBlurFamily : IForwardOperatorFamily
{
    public const string Name = "motion_blur";
    public const string KernelSize = "kernel_size";
    public const string Length = "length";
    public const string Intensity = "intensity";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Blur of a shaken camera along a random path that the operator's seed chooses; borders are reflected.",
        IsLinear = true,
        Parameters =
        [
            ParameterDescriptor.Number(Length, 15, 0, KernelChecks.LargestSide - 1, "Length of the path; below the kernel's size.") with { Unit = "pixels" },
            ParameterDescriptor.Number(Intensity, 0.5, 0, 1, "How much the path wanders and jerks: 0 is a straight line."),
            ParameterDescriptor.Integer(KernelSize, 61, 3, KernelChecks.LargestSide, "Side of the square kernel, an odd number; the picture must be larger than half of it.") with { Unit = "pixels", Structural = true },
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        var size = spec.Parameters.Integer(KernelSize);
        var violations = ImmutableArray.CreateBuilder<FieldViolation>();
        if (size % 2 == 0)
        {
            violations.Add(new FieldViolation($"parameters.{KernelSize}", $"The kernel size must be odd, but is {size}."));
        }

        if (KernelChecks.TooLarge(size, size, picture))
        {
            violations.Add(new FieldViolation($"parameters.{KernelSize}", KernelChecks.TooLargeFor($"{size}x{size}", size, size, picture)));
        }

        if (spec.Parameters.Number(Length) is var length && length > size - 1)
        {
            violations.Add(new FieldViolation($"parameters.{Length}", string.Create(CultureInfo.InvariantCulture, $"A path of {length} pixels needs a kernel of at least {Math.Ceiling(length) + 1} a side, but {KernelSize} is {size}.")));
        }

        return new OperatorPlan
        {
            Violations = violations.ToImmutable(),
            StructuralKey = OperatorKey.Of(Name, spec.Compatibility, string.Create(CultureInfo.InvariantCulture, $"{size}")),
            MeasurementShape = [3, picture.Height, picture.Width],
            MeasurementCount = picture.Elements,
        };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new KernelOperator([.. rows.Select(Kernel)], picture, device);

    private static OperatorKernel Kernel(OperatorSpec spec) => KernelChecks.Normalised(MotionPath.Create(
        spec.Parameters.Integer(KernelSize), spec.Parameters.Number(Length), spec.Parameters.Number(Intensity), spec.Seed));
}
