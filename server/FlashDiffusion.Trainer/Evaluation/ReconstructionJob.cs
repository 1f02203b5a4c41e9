namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>One chain of reverse steps to run.</summary>
/// <param name="Crop">Index of the crop.</param>
/// <param name="StartIndex">First timestep evaluated.</param>
/// <param name="Start">Start latent, (C, h, w) row-major.</param>
/// <param name="Measurement">y, (3, H, W) row-major, as the consistency term sees it.</param>
/// <param name="Parameters">Numbers of the solver's parameters; those left out take their defaults.</param>
/// <param name="Tag">What the caller recognises the result by.</param>
internal sealed record ReconstructionJob(int Crop, int StartIndex, float[] Start, float[] Measurement, IReadOnlyDictionary<string, double> Parameters, string Tag);
