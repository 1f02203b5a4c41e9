using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Denoising;

/// <summary>Denoising: nothing but measurement noise, whose level belongs to the request and not to the operator.</summary>
internal sealed class DenoisingFamily : IForwardOperatorFamily
{
    public const string Name = "denoising";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "No degradation but white Gaussian noise of the request's noise_std.",
        IsLinear = true,
        Parameters = [],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => ParameterRefusal.Of(spec, Descriptor) ?? new OperatorPlan
    {
        StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) => new IdentityOperator(rows.Count);
}
