using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>A line of a panel.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">Its points, in the order of x.</param>
internal sealed record CurveLine(string Name, ImmutableArray<(double X, double Y)> Points);
