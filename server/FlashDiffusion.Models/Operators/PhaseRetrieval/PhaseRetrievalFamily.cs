using System.Globalization;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.PhaseRetrieval;

/// <summary>Phase retrieval: only the magnitudes of the Fourier transform are measured. Not linear, and ambiguous by nature.</summary>
internal sealed class PhaseRetrievalFamily : IForwardOperatorFamily
{
    public const string Name = "phase_retrieval";
    public const string Oversample = "oversample";
    public const string InputRange = "input_range";
    public const string Signed = "signed";
    public const string Unit = "unit";

    public OperatorDescriptor Descriptor { get; } = new()
    {
        Name = Name,
        Description = "Measures magnitudes of the orthonormal Fourier transform of each channel with zeros around it; sign, place and mirror image are lost.",
        IsLinear = false,
        Measurement = MeasurementKind.Values,
        NeedsPictureSize = true,
        Parameters =
        [
            ParameterDescriptor.Number(Oversample, 2, 0, 8, "An eighth of it is the margin of zeros at each side, as a share of that side of the picture: 2 makes 256 pixels 384.") with { Structural = true },
            ParameterDescriptor.Choice(InputRange, "Range of the picture that is transformed: [-1, 1] as DPS does, or [0, 1] as DAPS does, which halves the measurement and fixes its sign.", Signed, Unit),
        ],
    };

    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture)
    {
        if (ParameterRefusal.Of(spec, Descriptor) is { } refusal)
        {
            return refusal;
        }

        var (vertical, horizontal) = Margins(spec, picture);
        var (height, width) = (picture.Height + (2 * vertical), picture.Width + (2 * horizontal));
        return new OperatorPlan
        {
            StructuralKey = OperatorKey.Of(Name, spec.Compatibility, string.Create(CultureInfo.InvariantCulture, $"{vertical}x{horizontal}")),
            MeasurementShape = [3, height, width],
            MeasurementCount = 3 * height * width,
        };
    }

    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device) => new MagnitudeOperator(
        [.. rows.Select(row => row.Parameters.Choice(InputRange) == Unit)], picture, Margins(rows[0], picture), device);

    private static (int Vertical, int Horizontal) Margins(OperatorSpec spec, PictureShape picture)
    {
        var share = spec.Parameters.Number(Oversample) / 8;
        return ((int)(share * picture.Height), (int)(share * picture.Width));
    }
}
