using System.Collections.Immutable;
using FlashDiffusion.Models.Networks.KernelWizard;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

/// <summary>Nonlinear blur by the KernelWizard network. Its weights are the user's own, so it exists only where they were given.</summary>
/// <param name="networkOn">The network of a device, loaded; not owned.</param>
internal sealed class NetworkBlurFamily(Func<Device, KernelWizardNetwork> networkOn) : IForwardOperatorFamily
{
    public const string Name = "nonlinear_blur_network";
    public const string CodeStd = "code_std";

    /// <summary>What a request may say of the operator, with or without its network.</summary>
    public static ImmutableArray<ParameterDescriptor> Parameters { get; } = [ParameterDescriptor.Number(CodeStd, 1.2, 0, 3, "Standard deviation of the kernel code: how strong the blur is.")];

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Blur of a dynamic scene by the KernelWizard network (Tran et al., CVPR 2021); the operator's seed chooses the kernel code.",
        IsLinear = false,
        Parameters = Parameters,
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => ParameterRefusal.Of(spec, Descriptor) ?? new OperatorPlan
    {
        StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new NetworkBlurOperator(networkOn(device), rows, picture, device);
}
