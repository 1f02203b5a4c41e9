using FlashDiffusion.Client;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>A reconstruction as its caller saw it.</summary>
/// <param name="Assignment">What was asked for.</param>
/// <param name="Plan">First event.</param>
/// <param name="Result">Last event.</param>
/// <param name="Seconds">Time from the call to the result.</param>
/// <param name="AcceptedSeconds">Time from the call to the first event.</param>
/// <param name="FirstLatentSeconds">Time from the call to the first latent; null if none was asked for.</param>
internal sealed record Finished(Assignment Assignment, V1.Accepted Plan, V1.Result Result, double Seconds, double AcceptedSeconds, double? FirstLatentSeconds)
{
    /// <summary>PSNR against the clean picture in dB, as the model's card counts it.</summary>
    public double Psnr => PictureMetrics.Psnr(
        Assignment.Truth, Pictures.Picture.FromPlanar(Assignment.Truth.Width, Assignment.Truth.Height, Result.Picture.Tensor.ToFloats()));
}
