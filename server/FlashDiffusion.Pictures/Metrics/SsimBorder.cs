namespace FlashDiffusion.Pictures.Metrics;

/// <summary>What the mean of the structural similarity map is taken over. The two generations of torchmetrics differ in it.</summary>
public enum SsimBorder
{
    /// <summary>The whole map, edges seen by reflection, negative variances set to 0 (torchmetrics since September 2024).</summary>
    Full,

    /// <summary>The map without a border of 5 pixels, whose windows would leave the picture (torchmetrics before).</summary>
    Cropped,
}
