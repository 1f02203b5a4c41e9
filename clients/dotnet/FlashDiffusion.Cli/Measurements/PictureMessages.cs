using FlashDiffusion.Client;
using FlashDiffusion.Pictures.Codecs;
using Message = FlashDiffusion.V1.Picture;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Measurements;

/// <summary>Pictures in and out of the contract's messages.</summary>
internal static class PictureMessages
{
    /// <summary>As a float32 tensor, (3, height, width): exact and unclipped.</summary>
    public static Message ToMessage(this Picture picture) =>
        new() { Tensor = TensorValues.ToTensor(picture.Pixels, Picture.Channels, picture.Height, picture.Width) };

    /// <param name="message">From a server.</param>
    /// <param name="what">Its name in an error.</param>
    public static Picture ToPicture(this Message? message, string what)
    {
        switch (message?.ContentCase)
        {
            case Message.ContentOneofCase.Tensor:
                var tensor = message.Tensor;
                return tensor.Shape is [Picture.Channels, > 0 and <= int.MaxValue, > 0 and <= int.MaxValue]
                    ? Picture.FromPlanar((int)tensor.Shape[2], (int)tensor.Shape[1], tensor.ToFloats())
                    : throw new CliException($"The server's {what} has the shape ({string.Join(", ", tensor.Shape)}), not (3, height, width).");
            case Message.ContentOneofCase.Encoded:
                return PictureCodec.Decode(message.Encoded.Span).TryGet(out var picture, out var refusal)
                    ? picture
                    : throw new CliException($"The server's {what} can't be read: {refusal.Message}");
            default:
                throw new CliException($"The server's answer lacks the {what}.");
        }
    }
}
