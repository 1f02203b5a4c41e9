namespace FlashDiffusion.Cli.Bench;

/// <summary>The figures of a load test.</summary>
internal sealed record BenchFigures
{
    public required double OfferedRate { get; init; }

    /// <summary>Requests a second that were really sent, from the first to the last.</summary>
    public required double SentRate { get; init; }

    public required string Arrivals { get; init; }

    public required int Requests { get; init; }

    public required int Completed { get; init; }

    public required int Refused { get; init; }

    public required int Failed { get; init; }

    public required int Lost { get; init; }

    public required int Resumes { get; init; }

    /// <summary>From the first request's arrival to the last one's end.</summary>
    public required double Seconds { get; init; }

    public required double CompletedPerSecond { get; init; }

    public required double StepsPerSecond { get; init; }

    public required long UnetForward { get; init; }

    public required Percentiles? AcceptedSeconds { get; init; }

    public required Percentiles? FirstLatentSeconds { get; init; }

    /// <summary>Of completed requests.</summary>
    public required Percentiles? TotalSeconds { get; init; }

    /// <summary>How late requests were sent: large where this machine, not the server, was the limit.</summary>
    public required Percentiles? LateSeconds { get; init; }

    /// <summary>How often each problem occurred.</summary>
    public required IReadOnlyDictionary<string, int> Problems { get; init; }

    public static BenchFigures Of(BenchPlan plan, IReadOnlyList<BenchSample> samples, TimeSpan lastArrival, TimeSpan elapsed)
    {
        var completed = samples.Where(sample => sample.End == BenchEnd.Completed).ToArray();
        return new BenchFigures
        {
            OfferedRate = plan.Rate,
            SentRate = samples.Count < 2 ? plan.Rate : (samples.Count - 1) / (lastArrival + samples[^1].Late).TotalSeconds,
            Arrivals = plan.Arrivals == Bench.Arrivals.Even ? "even" : "poisson",
            Requests = samples.Count,
            Completed = completed.Length,
            Refused = samples.Count(sample => sample.End == BenchEnd.Refused),
            Failed = samples.Count(sample => sample.End == BenchEnd.Failed),
            Lost = samples.Count(sample => sample.End == BenchEnd.Lost),
            Resumes = samples.Sum(sample => sample.Resumes),
            Seconds = elapsed.TotalSeconds,
            CompletedPerSecond = completed.Length / elapsed.TotalSeconds,
            StepsPerSecond = completed.Sum(sample => sample.Steps) / elapsed.TotalSeconds,
            UnetForward = completed.Sum(sample => (long)sample.UnetForward),
            AcceptedSeconds = Percentiles.Of(samples.Select(sample => sample.Accepted).OfType<TimeSpan>()),
            FirstLatentSeconds = Percentiles.Of(samples.Select(sample => sample.FirstLatent).OfType<TimeSpan>()),
            TotalSeconds = Percentiles.Of(completed.Select(sample => sample.Total)),
            LateSeconds = Percentiles.Of(samples.Select(sample => sample.Late)),
            Problems = samples.Where(sample => sample.Problem.Length > 0).GroupBy(sample => sample.Problem).OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count()),
        };
    }
}
