using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Server.Requests;

/// <summary>Crops the picture to degrade.</summary>
internal static class DegradationCrop
{
    /// <summary>The picture, or the square in its middle; null if anything is wrong, with the reason in <paramref name="problems"/>.</summary>
    public static Picture? Apply(Picture? picture, int crop, int maximumSide, RequestProblems problems)
    {
        if (crop < 0)
        {
            problems.Add("crop", $"The crop must be 0 (none) or a number of pixels, but is {crop}.");
            return null;
        }

        if (picture is null)
        {
            return null;
        }

        if (crop > Math.Min(picture.Height, picture.Width))
        {
            problems.Add("crop", $"A square of {crop} pixels does not fit into the picture of {picture.Height}x{picture.Width}.");
            return null;
        }

        var cropped = crop == 0 ? picture : picture.Centre(crop, crop);
        if (Math.Max(cropped.Height, cropped.Width) > maximumSide)
        {
            problems.Add("picture", $"The picture is {cropped.Height}x{cropped.Width} pixels; at most {maximumSide} a side are degraded, so crop it.");
            return null;
        }

        return cropped;
    }
}
