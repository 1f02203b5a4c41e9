using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>A crop and what degrades it.</summary>
/// <param name="Picture">File name of the picture.</param>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Operator">Operator by its name in the catalog.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="NoiseStd">Standard deviation of the noise on [0, 1].</param>
/// <param name="Seed">Seed of measurement and sampling noise, and of a drawn mask.</param>
internal sealed record ManifestCrop(string Picture, int Left, int Top, string Operator, ImmutableDictionary<string, double> Parameters, double NoiseStd, long Seed);
