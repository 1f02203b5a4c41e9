using System.Globalization;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads measurements of requests: pictures in three channels or one, or values of another kind.</summary>
internal static class MeasurementReader
{
    private const string Field = "measurement";
    private const int MostAxes = 4;

    /// <summary>Largest magnitude of a measured value that is none of a picture: still safe to square in float32.</summary>
    private const float LargestMagnitude = 1e6f;

    /// <summary>The measurement; null if anything is wrong, with the reason in <paramref name="problems"/>.</summary>
    /// <param name="message">The measurement.</param>
    /// <param name="forward">Its operator; null without one or if that is wrong.</param>
    /// <param name="limits">Limits of pictures.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static ReadMeasurement? Read(V1.Picture? message, OperatorRequest? forward, PictureLimits limits, RequestProblems problems)
    {
        var kind = forward?.Family.Descriptor.Measurement ?? MeasurementKind.Picture;
        if (message?.ContentCase == V1.Picture.ContentOneofCase.Tensor && forward is not null && (kind == MeasurementKind.Values || message.Tensor.Shape is [1, _, _]))
        {
            return ReadTensor(message.Tensor, forward, kind, limits, problems);
        }

        if (message?.ContentCase == V1.Picture.ContentOneofCase.Encoded && kind == MeasurementKind.Values)
        {
            problems.Add($"{Field}.encoded", $"A measurement of '{forward!.Spec.Name}' is no picture: send its tensor.");
            return null;
        }

        return PictureReader.Read(message, Field, limits, problems) is { } picture ? OfPicture(picture, forward) : null;
    }

    private static ReadMeasurement OfPicture(ReadPicture picture, OperatorRequest? forward)
    {
        var read = ReadMeasurement.Of(picture);
        if (!picture.IsFile || forward is null || Plans.Of(forward, picture.Shape).MeasurementShape is not [1, ..])
        {
            return read;
        }

        // A grey measurement as a file: three equal channels, or nearly so after JPEG.
        var pixels = picture.Shape.Height * picture.Shape.Width;
        var grey = new float[pixels];
        for (var i = 0; i < pixels; i++)
        {
            grey[i] = (read.Values[i] + read.Values[pixels + i] + read.Values[(2 * pixels) + i]) / 3;
        }

        return read with { Values = grey, Shape = [1, picture.Shape.Height, picture.Shape.Width] };
    }

    private static ReadMeasurement? ReadTensor(V1.Tensor tensor, OperatorRequest forward, MeasurementKind kind, PictureLimits limits, RequestProblems problems)
    {
        const string field = $"{Field}.tensor";
        if (tensor.Shape.Count is 0 or > MostAxes)
        {
            problems.Add($"{field}.shape", $"A measurement of '{forward.Spec.Name}' has 1 to {MostAxes} axes, but this one has {tensor.Shape.Count}.");
            return null;
        }

        if (kind == MeasurementKind.Picture && tensor.Shape.Any(side => side > limits.MaxSide))
        {
            problems.Add($"{field}.shape", $"The picture is {tensor.Shape[1]}x{tensor.Shape[2]} pixels; the limit is {limits.MaxSide} a side.");
            return null;
        }

        string[] axes = [.. Enumerable.Range(1, tensor.Shape.Count).Select(axis => $"side {axis}")];
        if (TensorReader.Read(tensor, field, axes, problems) is not { } values)
        {
            return null;
        }

        var largest = kind == MeasurementKind.Picture ? PictureReader.LargestMagnitude : LargestMagnitude;
        if (Array.Exists(values, value => Math.Abs(value) > largest))
        {
            problems.Add($"{field}.data", string.Create(CultureInfo.InvariantCulture, $"No value of a measurement may be larger in magnitude than {largest}."));
            return null;
        }

        return new ReadMeasurement(values, [.. tensor.Shape], kind, IsFile: false);
    }
}
