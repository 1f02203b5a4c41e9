using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Clipping;

/// <summary>Clipping of high dynamic range, clip(gain x, -1, 1): dark and bright parts saturate. Not linear.</summary>
internal sealed class HdrClipFamily : IForwardOperatorFamily
{
    public const string Name = "hdr_clip";
    public const string Gain = "gain";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Multiplies contrast and clips what leaves the range, clip(gain x, -1, 1) on [-1, 1]: dark and bright parts saturate.",
        IsLinear = false,
        Parameters = [ParameterDescriptor.Number(Gain, 2, 1, 16, "Factor on the contrast before clipping, on [-1, 1].")],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => ParameterRefusal.Of(spec, Descriptor) ?? new OperatorPlan
    {
        StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
        MeasurementShape = [3, picture.Height, picture.Width],
        MeasurementCount = picture.Elements,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new ClipOperator([.. rows.Select(row => (float)row.Parameters.Number(Gain))], device);
}
