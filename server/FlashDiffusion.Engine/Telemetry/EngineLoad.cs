namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What the device loop had to do a moment ago. Immutable; published once a unit of work.</summary>
/// <param name="Queued">Requests accepted that have not taken a step yet.</param>
/// <param name="Running">Samples that have.</param>
/// <param name="Steps">Steps of all samples together.</param>
/// <param name="NextFree">Expected time until one of them is done; null if unknown.</param>
internal sealed record EngineLoad(int Queued, int Running, long Steps, TimeSpan? NextFree)
{
    /// <summary>Nothing to do.</summary>
    public static EngineLoad Idle { get; } = new(0, 0, 0, null);
}
