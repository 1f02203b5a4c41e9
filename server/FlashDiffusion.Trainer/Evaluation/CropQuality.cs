using System.Text.Json.Serialization;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>How good one picture is against the truth, and what it cost.</summary>
/// <param name="Crop">Index of the crop.</param>
/// <param name="Psnr">Peak signal-to-noise ratio in dB on [0,1], the picture clipped.</param>
/// <param name="Ssim">Structural similarity.</param>
/// <param name="Lsd">Log-spectral distance in dB.</param>
/// <param name="Calls">UNet calls.</param>
/// <param name="Cost">All network calls of the chain as its plan declares them; 0 in results from before solvers were compared.</param>
internal sealed record CropQuality(int Crop, double Psnr, double Ssim, double Lsd, int Calls, StepCost Cost = default)
{
    /// <summary>Whether the chain broke: a figure is not a finite number. Such a crop is counted and never averaged.</summary>
    [JsonIgnore]
    public bool Failed => !double.IsFinite(Psnr) || !double.IsFinite(Ssim) || !double.IsFinite(Lsd);

    public static CropQuality Of(int crop, Picture truth, Picture picture, StepCost cost = default) => new(
        crop,
        PictureMetrics.Psnr(truth, picture),
        StructuralSimilarity.Ssim(truth, picture),
        LogSpectralDistance.Compute(truth, picture),
        cost.UNetForward,
        cost);
}
