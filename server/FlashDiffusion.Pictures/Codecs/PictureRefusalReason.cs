namespace FlashDiffusion.Pictures.Codecs;

/// <summary>Why bytes did not become a picture.</summary>
public enum PictureRefusalReason
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>The file is larger than <see cref="PictureLimits.MaxBytes"/>.</summary>
    TooManyBytes,

    /// <summary>The header declares more than <see cref="PictureLimits.MaxSide"/> or <see cref="PictureLimits.MaxPixels"/>.</summary>
    TooManyPixels,

    /// <summary>Not PNG, JPEG or WebP, or a header that can't be read.</summary>
    UnknownFormat,

    /// <summary>The file ends before its last pixel.</summary>
    Truncated,

    /// <summary>The header was read, the pixels can't be.</summary>
    Corrupt,
}
