namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>How small pictures are enlarged on a sheet.</summary>
public enum ContactSheetScaling
{
    /// <summary>Smooth, to any size: as a viewer would show them.</summary>
    Bicubic,

    /// <summary>Every pixel a square, by the largest whole factor that fits: nothing is hidden.</summary>
    Nearest,
}
