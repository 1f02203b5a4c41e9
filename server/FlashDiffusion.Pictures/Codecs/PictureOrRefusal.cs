using System.Diagnostics.CodeAnalysis;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>Either a picture or the reason why there is none. Bad input is an ordinary outcome here, never an exception.</summary>
public sealed class PictureOrRefusal
{
    private PictureOrRefusal(Picture? picture, PictureRefusal? refusal) => (Picture, Refusal) = (picture, refusal);

    /// <summary>The decoded picture, or null.</summary>
    public Picture? Picture { get; }

    /// <summary>The reason, or null.</summary>
    public PictureRefusal? Refusal { get; }

    /// <summary>True, and the picture; or false, and the reason.</summary>
    public bool TryGet([NotNullWhen(true)] out Picture? picture, [NotNullWhen(false)] out PictureRefusal? refusal)
    {
        (picture, refusal) = (Picture, Refusal);
        return picture is not null;
    }

    internal static PictureOrRefusal Accepted(Picture picture) => new(picture, null);

    internal static PictureOrRefusal Refused(PictureRefusalReason reason, string message) => new(null, new PictureRefusal(reason, message));
}
