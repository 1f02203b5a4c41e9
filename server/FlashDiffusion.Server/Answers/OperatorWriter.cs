using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Answers;

/// <summary>Writes operators as the server understood them.</summary>
internal static class OperatorWriter
{
    /// <param name="forward">The operator; null without one.</param>
    /// <param name="picture">Shape of the picture that it acts on.</param>
    public static V1.ResolvedOperator? Write(OperatorRequest? forward, PictureShape picture)
    {
        if (forward is null)
        {
            return null;
        }

        var plan = Plans.Of(forward, picture);
        var message = new V1.ResolvedOperator
        {
            Name = forward.Spec.Name,
            Version = forward.Version,
            Seed = forward.Spec.Seed,
            NoiseStdUnit = forward.NoiseStd / 2,
            NoiseStdSigned = forward.NoiseStd,
            PictureSize = new V1.PictureSize { Height = picture.Height, Width = picture.Width },
            MeasurementCount = plan.MeasurementCount,
            MeasurementRange = RangeOf(forward.Family.Descriptor.Measurement),
        };
        message.MeasurementShape.AddRange(plan.MeasurementShape);
        foreach (var (name, value) in forward.Spec.Parameters.Values)
        {
            message.Parameters.Add(name, CatalogMapper.Value(value));
        }

        return message;
    }

    public static V1.MeasurementRange RangeOf(MeasurementKind kind) =>
        kind == MeasurementKind.Picture ? V1.MeasurementRange.Unit : V1.MeasurementRange.Signed;

    /// <summary>A measurement of the engine on the range on which it travels, unclipped.</summary>
    public static V1.Picture WriteMeasurement(HostTensor measurement, MeasurementKind kind) => new()
    {
        Tensor = TensorWriter.Write(kind == MeasurementKind.Picture
            ? measurement with { Values = Array.ConvertAll(measurement.Values, value => (value + 1) / 2) }
            : measurement),
    };
}
