using FlashDiffusion.Pictures;

namespace FlashDiffusion.Server.Requests;

/// <summary>A picture of a request.</summary>
/// <param name="Picture">RGB on [0, 1], unclipped.</param>
/// <param name="IsFile">Whether it came as a file, whose integers clip and round noise.</param>
internal sealed record ReadPicture(Picture Picture, bool IsFile)
{
    public PictureShape Shape => new(Picture.Height, Picture.Width);
}
