using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads pictures and masks of requests, files or tensors.</summary>
internal static class PictureReader
{
    /// <summary>Largest magnitude of a measured value on [0, 1]: far beyond any noise, and still safe to compute with.</summary>
    public const float LargestMagnitude = 1000;

    /// <summary>The picture; null if anything is wrong, with the reason in <paramref name="problems"/>.</summary>
    public static ReadPicture? Read(V1.Picture? picture, string field, PictureLimits limits, RequestProblems problems)
    {
        switch (picture?.ContentCase)
        {
            case V1.Picture.ContentOneofCase.Encoded:
                if (PictureCodec.Decode(picture.Encoded.Span, limits).TryGet(out var decoded, out var refusal))
                {
                    return new ReadPicture(decoded, IsFile: true);
                }

                problems.Add($"{field}.encoded", refusal.Message);
                return null;
            case V1.Picture.ContentOneofCase.Tensor:
                return FromTensor(picture.Tensor, $"{field}.tensor", limits, problems);
            default:
                problems.Add(field, "A picture is required: set 'encoded' (a PNG, JPEG or WebP file) or 'tensor' (3, height, width).");
                return null;
        }
    }

    /// <summary>A mask over pixels; null if anything is wrong. Of a picture the luma counts; of bytes any but 0 keeps.</summary>
    public static OperatorMask? ReadMask(V1.Picture mask, string field, PictureLimits limits, RequestProblems problems)
    {
        if (mask.ContentCase != V1.Picture.ContentOneofCase.Tensor)
        {
            return Read(mask, field, limits, problems) is { } read ? new OperatorMask(read.Shape.Height, read.Shape.Width, Luma(read.Picture)) : null;
        }

        field += ".tensor";
        if (TensorReader.Read(mask.Tensor, field, ["height", "width"], problems) is not { } values)
        {
            return null;
        }

        if (mask.Tensor.DataType == V1.DataType.Uint8)
        {
            values = Array.ConvertAll(values, value => value > 0 ? 1f : 0f);
        }

        if (Array.Exists(values, value => value is < 0 or > 1))
        {
            problems.Add($"{field}.data", "The values of a mask must lie in [0, 1]: 0 removes, 1 keeps.");
            return null;
        }

        return new OperatorMask((int)mask.Tensor.Shape[0], (int)mask.Tensor.Shape[1], [.. values]);
    }

    private static ReadPicture? FromTensor(V1.Tensor tensor, string field, PictureLimits limits, RequestProblems problems)
    {
        if (tensor.Shape.Count == 3 && tensor.Shape[0] != Picture.Channels)
        {
            problems.Add($"{field}.shape", $"A picture has 3 channels, red first: (3, height, width), but the shape is ({string.Join(", ", tensor.Shape)}).");
            return null;
        }

        if (tensor.Shape.Count == 3 && (tensor.Shape[1] > limits.MaxSide || tensor.Shape[2] > limits.MaxSide))
        {
            problems.Add($"{field}.shape", $"The picture is {tensor.Shape[1]}x{tensor.Shape[2]} pixels; the limit is {limits.MaxSide} a side.");
            return null;
        }

        if (TensorReader.Read(tensor, field, ["3", "height", "width"], problems) is not { } values)
        {
            return null;
        }

        if (Array.Exists(values, value => Math.Abs(value) > LargestMagnitude))
        {
            problems.Add($"{field}.data", $"Values are nominally in [0, 1]; none may be larger in magnitude than {LargestMagnitude}.");
            return null;
        }

        return new ReadPicture(Picture.FromPlanar((int)tensor.Shape[2], (int)tensor.Shape[1], values), IsFile: false);
    }

    // ITU-R BT.601, as image editors turn a picture into a mask.
    private static ImmutableArray<float> Luma(Picture picture)
    {
        var red = picture.Plane(0);
        var green = picture.Plane(1);
        var blue = picture.Plane(2);
        var luma = new float[red.Length];
        for (var i = 0; i < luma.Length; i++)
        {
            luma[i] = Math.Clamp((0.299f * red[i]) + (0.587f * green[i]) + (0.114f * blue[i]), 0, 1);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(luma);
    }
}
