namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Requests for virtual time.</summary>
/// <param name="Steps">Steps of each, at least 1.</param>
/// <param name="Arrivals">Seconds at which each arrives, ascending.</param>
internal sealed record VirtualWork(IReadOnlyList<int> Steps, IReadOnlyList<double> Arrivals)
{
    /// <summary>What a step takes, in seconds.</summary>
    public double StepSeconds { get; init; } = 0.05;

    /// <summary>What the last decode of each takes, in seconds; 0 for none.</summary>
    public double DecodeSeconds { get; init; }

    /// <summary>Lanes among which the requests are in turn: those of different ones can't share a step.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Requests at random times.</summary>
    /// <param name="load">Share of the time in which there is work.</param>
    /// <param name="steps">Steps of each.</param>
    /// <param name="pace">What a step and a decode take.</param>
    /// <param name="waiting">How many are there when it begins.</param>
    /// <param name="seed">Seed of the times.</param>
    public static VirtualWork Poisson(double load, IReadOnlyList<int> steps, StepPace pace, int waiting, ulong seed) => new(
        steps,
        [.. Enumerable.Repeat(0.0, waiting), .. Work.Arrivals.Poisson(steps.Count - waiting, pace.Of(steps.Average()) / load, seed)])
    {
        StepSeconds = pace.StepSeconds,
        DecodeSeconds = pace.DecodeSeconds,
    };
}
