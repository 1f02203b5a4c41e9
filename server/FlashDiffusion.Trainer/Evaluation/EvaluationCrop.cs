namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>One crop of the fixed list.</summary>
/// <param name="Picture">File name of the picture.</param>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Level">Severity level in [0,1] at which it is degraded for reconstruction.</param>
/// <param name="Seed">Seed of its measurement noise, mask and sampling noise.</param>
internal sealed record EvaluationCrop(string Picture, int Left, int Top, double Level, long Seed);
