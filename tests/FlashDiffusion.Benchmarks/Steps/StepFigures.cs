using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Figures of one run.</summary>
/// <param name="Model">Model and version.</param>
/// <param name="Solver">The solver.</param>
/// <param name="Picture">Height and width in pixels.</param>
/// <param name="Threads">Threads an operation.</param>
/// <param name="Batches">One entry a batch size.</param>
internal sealed record StepFigures(string Model, string Solver, string Picture, int Threads, ImmutableArray<BatchFigures> Batches);
