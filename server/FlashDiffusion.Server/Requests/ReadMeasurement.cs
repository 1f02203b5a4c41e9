using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>A measurement of a request, on the range of its operator's <see cref="MeasurementKind"/>.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Shape">Sizes of its axes.</param>
/// <param name="Kind">A picture on [0, 1], or values as they are.</param>
/// <param name="IsFile">Whether it came as a file, whose integers clip and round noise.</param>
internal sealed record ReadMeasurement(float[] Values, ImmutableArray<long> Shape, MeasurementKind Kind, bool IsFile)
{
    public static ReadMeasurement Of(ReadPicture read) =>
        new(read.Picture.ToArray(), [3, read.Shape.Height, read.Shape.Width], MeasurementKind.Picture, read.IsFile);

    /// <summary>For the engine: a picture from [0, 1] to [-1, 1].</summary>
    public HostTensor ToInternal() =>
        new(Kind == MeasurementKind.Picture ? Array.ConvertAll(Values, value => (2 * value) - 1) : Values, Shape);
}
