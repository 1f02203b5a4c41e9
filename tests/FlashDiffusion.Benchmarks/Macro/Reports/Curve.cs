using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>A panel of a plot.</summary>
/// <param name="Title">What is drawn over what.</param>
/// <param name="Lines">The lines.</param>
internal sealed record Curve(string Title, ImmutableArray<CurveLine> Lines);
