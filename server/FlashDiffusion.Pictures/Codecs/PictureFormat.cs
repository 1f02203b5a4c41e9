namespace FlashDiffusion.Pictures.Codecs;

/// <summary>File formats that are read and written.</summary>
public enum PictureFormat
{
    /// <summary>Lossless, 8 or 16 bits a channel.</summary>
    Png,

    /// <summary>Lossy, 8 bits.</summary>
    Jpeg,

    /// <summary>Lossy, 8 bits.</summary>
    Webp,
}
