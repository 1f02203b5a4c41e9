using FlashDiffusion.Cli.Demo;
using FlashDiffusion.Cli.Reconstruction;

namespace FlashDiffusion.Cli.Compare;

/// <summary>What one solver made of the picture, and what it cost.</summary>
internal sealed record SolverFigures
{
    public required string Solver { get; init; }

    /// <summary>Why there is no result; null if there is one.</summary>
    public string? Error { get; init; }

    public string? Adaptation { get; init; }

    public int StartStep { get; init; }

    public int Steps { get; init; }

    public int FullSteps { get; init; }

    public int UnetForward { get; init; }

    public int UnetBackward { get; init; }

    public double Seconds { get; init; }

    /// <summary>Of the result: near 1 if it explains the measurement up to its noise.</summary>
    public double? Residual { get; init; }

    public Quality? Result { get; init; }

    public static SolverFigures Of(string name, ReconstructionOutcome outcome, Quality quality)
    {
        var cost = outcome.Result.Cost;
        return new SolverFigures
        {
            Solver = name,
            Adaptation = outcome.Accepted.Adaptation,
            StartStep = outcome.Accepted.StartTimestep,
            Steps = cost.Steps,
            FullSteps = cost.FullSteps,
            UnetForward = cost.UnetForward,
            UnetBackward = cost.UnetBackward,
            Seconds = outcome.Elapsed.TotalSeconds,
            Residual = outcome.Result.HasResidual ? outcome.Result.Residual : null,
            Result = quality,
        };
    }
}
