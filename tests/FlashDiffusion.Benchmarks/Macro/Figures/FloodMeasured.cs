using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>A window of some seconds.</summary>
/// <param name="Seconds">Time of each picture of the twelve.</param>
/// <param name="Length">From the first picture's start to the last one's end, in seconds.</param>
/// <param name="Refused">Requests of the neighbour that were refused within it.</param>
/// <param name="Finished">Pictures that the flood got through, its ramp included.</param>
internal sealed record FloodMeasured(ImmutableArray<double> Seconds, double Length, int Refused, int Finished);
