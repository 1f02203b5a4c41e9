namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What the device loop had to do a moment ago. Immutable; published once a unit of work.</summary>
/// <param name="Queued">Requests accepted that have not taken a step yet.</param>
/// <param name="Running">Samples that have.</param>
/// <param name="Steps">Steps of all of them together; of what was not looked at yet as many as the last others had in all, on average.</param>
/// <param name="NextFree">Expected time until one of them is done; null if unknown.</param>
/// <param name="Backlog">Expected time until all of them are done; null if unknown.</param>
/// <param name="Work">Seconds of device time that all of them need; a guess where nothing was measured.</param>
internal sealed record EngineLoad(int Queued, int Running, long Steps, TimeSpan? NextFree, TimeSpan? Backlog, double Work)
{
    /// <summary>Nothing to do.</summary>
    public static EngineLoad Idle { get; } = new(0, 0, 0, null, TimeSpan.Zero, 0);

    /// <summary>Loads of several devices together: the next one free, the last one done.</summary>
    public static EngineLoad Sum(IEnumerable<EngineLoad> loads)
    {
        EngineLoad[] all = [.. loads];
        return new EngineLoad(
            all.Sum(load => load.Queued),
            all.Sum(load => load.Running),
            all.Sum(load => load.Steps),
            all.Min(load => load.NextFree),
            all.All(load => load.Backlog is not null) ? all.Max(load => load.Backlog) : null,
            all.Sum(load => load.Work));
    }
}
