using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>How good one picture is against the truth, and what it cost.</summary>
/// <param name="Crop">Index of the crop.</param>
/// <param name="Psnr">Peak signal-to-noise ratio in dB on [0,1], the picture clipped.</param>
/// <param name="Ssim">Structural similarity.</param>
/// <param name="Lsd">Log-spectral distance in dB.</param>
/// <param name="Calls">UNet calls.</param>
internal sealed record CropQuality(int Crop, double Psnr, double Ssim, double Lsd, int Calls)
{
    public static CropQuality Of(int crop, Picture truth, Picture picture, int calls = 0) => new(
        crop,
        PictureMetrics.Psnr(truth, picture),
        StructuralSimilarity.Ssim(truth, picture),
        LogSpectralDistance.Compute(truth, picture),
        calls);
}
