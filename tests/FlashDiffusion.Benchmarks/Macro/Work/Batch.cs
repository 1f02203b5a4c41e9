using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Assignments that were sent together.</summary>
/// <param name="Seconds">Time until the last result.</param>
/// <param name="ProcessorSeconds">Processor time of the server meanwhile.</param>
/// <param name="All">Each of them, in the order of the assignments.</param>
internal sealed record Batch(double Seconds, double ProcessorSeconds, ImmutableArray<Finished> All);
