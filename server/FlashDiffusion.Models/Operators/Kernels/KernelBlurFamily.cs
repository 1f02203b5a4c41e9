using System.Collections.Immutable;
using System.Globalization;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>Blur by a kernel that comes with the request.</summary>
internal sealed class KernelBlurFamily : IForwardOperatorFamily
{
    public const string Name = "kernel_blur";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Blur by a kernel of your own, scaled to sum 1; borders are reflected.",
        IsLinear = true,
        TakesKernel = true,
        Parameters = [],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        ImmutableArray<FieldViolation> violations = [.. KernelChecks.Violations(spec.Kernel, picture)];
        return violations.IsEmpty
            ? new OperatorPlan
            {
                StructuralKey = OperatorKey.Of(Name, spec.Compatibility, string.Create(CultureInfo.InvariantCulture, $"{spec.Kernel!.Height}x{spec.Kernel.Width}")),
                MeasurementShape = [3, picture.Height, picture.Width],
                MeasurementCount = picture.Elements,
            }
            : new OperatorPlan { Violations = violations };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new KernelOperator([.. rows.Select(row => KernelChecks.Normalised(row.Kernel!))], picture, device);
}
