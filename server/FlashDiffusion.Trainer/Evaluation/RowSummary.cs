namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Means of one row of the table.</summary>
/// <param name="Crops">Number of crops that gave a picture; the means are over them, NaN if there are none.</param>
/// <param name="Psnr">Mean PSNR in dB.</param>
/// <param name="Ssim">Mean structural similarity.</param>
/// <param name="Lsd">Mean log-spectral distance in dB.</param>
/// <param name="Calls">Mean UNet calls.</param>
/// <param name="Failed">Number of crops whose chain broke.</param>
internal sealed record RowSummary(int Crops, double Psnr, double Ssim, double Lsd, double Calls, int Failed = 0)
{
    public static RowSummary Of(IReadOnlyCollection<CropQuality> qualities)
    {
        CropQuality[] sound = [.. qualities.Where(quality => !quality.Failed)];
        return new RowSummary(
            sound.Length,
            Mean(quality => quality.Psnr),
            Mean(quality => quality.Ssim),
            Mean(quality => quality.Lsd),
            Mean(quality => quality.Calls),
            qualities.Count - sound.Length);

        double Mean(Func<CropQuality, double> figure) => sound.Select(figure).DefaultIfEmpty(double.NaN).Average();
    }
}
