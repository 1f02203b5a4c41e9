using System.Globalization;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the size that a request states for the picture of a measurement.</summary>
internal static class StatedSize
{
    /// <summary>The size; null if none is stated, or if it is wrong, with the reason in <paramref name="problems"/>.</summary>
    /// <param name="message">The operator.</param>
    /// <param name="largest">Largest side in pixels.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static PictureShape? Read(V1.ForwardOperator message, int largest, RequestProblems problems)
    {
        if (message.PictureSize is not { } size)
        {
            return null;
        }

        var fine = Check("height", size.Height) & Check("width", size.Width);
        return fine ? new PictureShape(size.Height, size.Width) : null;

        bool Check(string side, int pixels)
        {
            if (pixels >= 1 && pixels <= largest)
            {
                return true;
            }

            problems.Add($"operator.picture_size.{side}", string.Create(CultureInfo.InvariantCulture, $"The picture's {side} must be 1 to {largest} pixels, but is {pixels}."));
            return false;
        }
    }
}
