namespace FlashDiffusion.Pictures;

/// <summary>An sRGB-encoded colour, each part in [0,1].</summary>
public readonly record struct Colour(float Red, float Green, float Blue)
{
    /// <summary>What transparent pixels show unless the caller says otherwise: paper.</summary>
    public static Colour White { get; } = new(1, 1, 1);

    /// <summary>No light.</summary>
    public static Colour Black { get; } = new(0, 0, 0);
}
