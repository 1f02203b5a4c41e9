using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;
using Google.Protobuf;

namespace FlashDiffusion.Server.Answers;

/// <summary>Writes pictures of answers.</summary>
internal static class PictureWriter
{
    /// <summary>A picture of the engine, from [-1, 1] to [0, 1], unclipped.</summary>
    public static Picture ToPicture(HostTensor tensor)
    {
        var values = Array.ConvertAll(tensor.Values, value => (value + 1) / 2);
        return Picture.FromPlanar((int)tensor.Shape[2], (int)tensor.Shape[1], values);
    }

    /// <summary>A picture in a format; files are clipped to [0, 1], tensors are not.</summary>
    public static V1.Picture Write(Picture picture, V1.PictureFormat format) => format switch
    {
        V1.PictureFormat.Tensor => new V1.Picture
        {
            Tensor = TensorWriter.Write(HostTensor.Picture(picture.ToArray(), new PictureShape(picture.Height, picture.Width))),
        },
        V1.PictureFormat.Jpeg => File(PictureCodec.EncodeJpeg(picture)),
        V1.PictureFormat.Webp => File(PictureCodec.EncodeWebp(picture)),
        V1.PictureFormat.Png16 => File(PictureCodec.EncodePng(picture, 16)),
        _ => File(PictureCodec.EncodePng(picture)),
    };

    /// <summary>The picture with its longer side reduced to <paramref name="longerSide"/> pixels; never enlarged; 0 leaves it.</summary>
    public static Picture Reduce(Picture picture, int longerSide)
    {
        var longer = Math.Max(picture.Height, picture.Width);
        return longerSide == 0 || longer <= longerSide
            ? picture
            : picture.Resize(Side(picture.Width), Side(picture.Height));

        int Side(int side) => Math.Max(1, (int)Math.Round((double)side * longerSide / longer));
    }

    private static V1.Picture File(byte[] encoded) => new() { Encoded = UnsafeByteOperations.UnsafeWrap(encoded) };
}
