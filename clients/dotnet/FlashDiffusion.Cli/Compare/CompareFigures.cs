using FlashDiffusion.Cli.Demo;

namespace FlashDiffusion.Cli.Compare;

/// <summary>The figures of a comparison, also written as figures.json.</summary>
internal sealed record CompareFigures
{
    public required string Operator { get; init; }

    public required double? Severity { get; init; }

    public required ulong Seed { get; init; }

    public required Quality Degraded { get; init; }

    public required IReadOnlyList<SolverFigures> Solvers { get; init; }
}
