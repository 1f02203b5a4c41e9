using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>Checks a picture's size against a model's limits.</summary>
internal static class PictureSize
{
    public static void Check(PictureShape picture, PictureShape measurement, ServedModel model, RequestProblems problems)
    {
        var (minimum, maximum) = (model.MinimumPictureSide, model.Model.MaximumPictureSide);
        if (Math.Min(picture.Height, picture.Width) >= minimum && Math.Max(picture.Height, picture.Width) <= maximum)
        {
            return;
        }

        var stands = picture == measurement ? $"The picture is {picture} pixels" : $"The measurement is {measurement} pixels and stands for a picture of {picture}";
        problems.Add("measurement", $"{stands}; the model '{model.Model.Name}' takes {minimum} to {maximum} a side.");
    }
}
