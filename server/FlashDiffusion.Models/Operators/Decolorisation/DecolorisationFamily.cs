using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Decolorisation;

/// <summary>Removes colour: the measurement is one grey channel.</summary>
internal sealed class DecolorisationFamily : IForwardOperatorFamily
{
    public const string Name = "decolorisation";
    public const string Weights = "weights";
    public const string Luma = "luma";
    public const string Mean = "mean";

    // ITU-R BT.601, as grey pictures are made in most programs.
    private static readonly float[] LumaWeights = [0.299f, 0.587f, 0.114f];
    private static readonly float[] MeanWeights = [1f / 3, 1f / 3, 1f / 3];

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Removes colour; the measurement is one grey channel, (1, height, width).",
        IsLinear = true,
        Parameters = [ParameterDescriptor.Choice(Weights, "Weights of red, green and blue: those of brightness (ITU-R BT.601), or a third each.", Luma, Mean)],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => ParameterRefusal.Of(spec, Descriptor) ?? new OperatorPlan
    {
        StructuralKey = OperatorKey.Of(Name, spec.Compatibility),
        MeasurementShape = [1, picture.Height, picture.Width],
        MeasurementCount = picture.Height * picture.Width,
    };

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) =>
        new ChannelMix([.. rows.Select(row => row.Parameters.Choice(Weights) == Mean ? MeanWeights : LumaWeights)], device);
}
