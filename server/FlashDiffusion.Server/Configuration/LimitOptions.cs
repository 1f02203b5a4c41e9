using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Limits</c>: what a picture may ask of the server, beside the model's own limits.</summary>
internal sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>Largest picture file, in bytes.</summary>
    /// <value>32 MiB.</value>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaximumPictureBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Largest product of width and height that a picture file may declare, in pixels; checked before any is decoded.</summary>
    /// <value>24 megapixels.</value>
    [Range(1, 1L << 30)]
    public long MaximumPicturePixels { get; set; } = 24_000_000;

    /// <summary>Largest height or width of a picture that Degrade takes, after cropping, in pixels.</summary>
    /// <value>2048.</value>
    [Range(16, 16384)]
    public int MaximumDegradedSide { get; set; } = 2048;
}
