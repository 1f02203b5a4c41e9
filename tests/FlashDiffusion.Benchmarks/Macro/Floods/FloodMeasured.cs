using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>A window of some seconds.</summary>
/// <param name="Seconds">Time of each picture of the twelve.</param>
/// <param name="Length">From the first picture's start to the last one's end, in seconds.</param>
/// <param name="Refused">Requests of the flood that were refused within it.</param>
/// <param name="LetIn">Requests of the flood that were not, its ramp included.</param>
/// <param name="Finished">Pictures that the flood got through, its ramp included.</param>
/// <param name="OthersRefused">Requests of the twelve that were refused and came again.</param>
internal sealed record FloodMeasured(ImmutableArray<double> Seconds, double Length, int Refused, int LetIn, int Finished, int OthersRefused);
