using FlashDiffusion.Pictures.Metrics;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>How close a picture is to the truth.</summary>
/// <param name="PsnrDb">Decibels, on [0,1].</param>
/// <param name="Ssim">At most 1.</param>
/// <param name="LogSpectralDistanceDb">Decibels; 0 if it has as much detail as the truth at every scale.</param>
internal sealed record Quality(double PsnrDb, double Ssim, double LogSpectralDistanceDb)
{
    public static Quality Of(Picture truth, Picture picture) => new(
        PictureMetrics.Psnr(truth, picture),
        StructuralSimilarity.Ssim(truth, picture),
        LogSpectralDistance.Compute(truth, picture));

    public override string ToString() => FormattableString.Invariant($"{PsnrDb:0.0} dB  SSIM {Ssim:0.00}");
}
