namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Means of one row of the table.</summary>
/// <param name="Crops">Number of crops.</param>
/// <param name="Psnr">Mean PSNR in dB.</param>
/// <param name="Ssim">Mean structural similarity.</param>
/// <param name="Lsd">Mean log-spectral distance in dB.</param>
/// <param name="Calls">Mean UNet calls.</param>
internal sealed record RowSummary(int Crops, double Psnr, double Ssim, double Lsd, double Calls)
{
    public static RowSummary Of(IReadOnlyCollection<CropQuality> qualities) => new(
        qualities.Count,
        qualities.Average(quality => quality.Psnr),
        qualities.Average(quality => quality.Ssim),
        qualities.Average(quality => quality.Lsd),
        qualities.Average(quality => quality.Calls));
}
