using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What became of the requests of one model and solver so far. Immutable.</summary>
internal sealed record TallyCounts
{
    /// <summary>Nothing yet.</summary>
    public static TallyCounts None { get; } = new();

    /// <summary>Requests with a result.</summary>
    public long Completed { get; init; }

    /// <summary>Requests that failed, their deadline included.</summary>
    public long Failed { get; init; }

    /// <summary>Requests that somebody cancelled.</summary>
    public long Cancelled { get; init; }

    /// <summary>Time from admission to the end of those with a result, together.</summary>
    public TimeSpan CompletedTime { get; init; }

    /// <summary>The same of those without.</summary>
    public TimeSpan UnfinishedTime { get; init; }

    /// <summary>Time in the queue of those with a result.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>Time on the device of those with a result.</summary>
    public TimeSpan ComputeTime { get; init; }

    /// <summary>When the last one ended; null before.</summary>
    public DateTimeOffset? LastEnd { get; init; }

    /// <summary>Steps on the device by the number of samples that took them together.</summary>
    public ImmutableDictionary<int, (long Count, TimeSpan Time)> Batches { get; init; } = ImmutableDictionary<int, (long, TimeSpan)>.Empty;
}
