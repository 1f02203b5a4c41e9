using FlashDiffusion.Pictures;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>One degraded crop and what the severity encoder says of it.</summary>
/// <param name="Measurement">y, (3, H, W) on [-1,1], as the consistency term sees it.</param>
/// <param name="Mean">Predicted mean latent, (C, h, w).</param>
/// <param name="Severity">Predicted variance of its error.</param>
/// <param name="Degraded">What the severity encoder looked at, on [0,1], unclipped.</param>
/// <param name="DecodedMean">The mean, decoded.</param>
internal sealed record MeasuredCrop(float[] Measurement, float[] Mean, float Severity, Picture Degraded, Picture DecodedMean);
