namespace FlashDiffusion.Pictures.Codecs;

/// <summary>
/// What a file may ask of us. The header is compared with these before any pixel is allocated, because a file of a few kilobytes
/// can declare gigapixels.
/// </summary>
public sealed record PictureLimits
{
    /// <summary>32 MiB of file, 16384 pixels a side, 64 megapixels.</summary>
    public static PictureLimits Default { get; } = new();

    /// <summary>Largest file, in bytes.</summary>
    public int MaxBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Largest width and height, in pixels.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Largest product of width and height, in pixels. A decoded pixel takes 12 bytes, and about 16 more while decoding.</summary>
    public long MaxPixels { get; init; } = 64L * 1024 * 1024;
}
