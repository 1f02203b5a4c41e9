using FlashDiffusion.Cli.Reconstruction;

namespace FlashDiffusion.Cli.Demo;

/// <summary>The demo's figures, also written as figures.json.</summary>
internal sealed record DemoFigures
{
    public required string Operator { get; init; }

    public required string Adaptation { get; init; }

    public required double? Severity { get; init; }

    public required bool SeverityReliable { get; init; }

    public required int StartStep { get; init; }

    public required int Steps { get; init; }

    public required int FullSteps { get; init; }

    public required int UnetCalls { get; init; }

    public required ulong Seed { get; init; }

    public required double ReconstructionSeconds { get; init; }

    public required double StepsPerSecond { get; init; }

    public required Quality Degraded { get; init; }

    public required Quality? DecodedMean { get; init; }

    public required Quality Result { get; init; }

    public static DemoFigures Of(string forward, ReconstructionOutcome outcome, DemoPictures pictures)
    {
        var (accepted, cost) = (outcome.Accepted, outcome.Result.Cost);
        var compute = cost.ComputeTime?.ToTimeSpan() ?? outcome.Elapsed;
        return new DemoFigures
        {
            Operator = forward,
            Adaptation = accepted.Adaptation,
            Severity = accepted.HasSeverity ? accepted.Severity : null,
            SeverityReliable = accepted.SeverityReliable,
            StartStep = accepted.StartTimestep,
            Steps = cost.Steps,
            FullSteps = cost.FullSteps,
            UnetCalls = cost.UnetForward,
            Seed = outcome.Result.Seed,
            ReconstructionSeconds = outcome.Elapsed.TotalSeconds,
            StepsPerSecond = cost.Steps / Math.Max(compute.TotalSeconds, 1e-3),
            Degraded = Quality.Of(pictures.Clean, pictures.Degraded),
            DecodedMean = pictures.DecodedMean is { } mean ? Quality.Of(pictures.Clean, mean) : null,
            Result = Quality.Of(pictures.Clean, pictures.Result),
        };
    }
}
