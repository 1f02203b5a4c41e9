using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Chooses the size of a lane's next batch: no more rows than the measured step times say pay, none that the memory does not hold.
/// Device loop only.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="times">What steps took.</param>
/// <param name="memory">What fits.</param>
internal sealed class BatchSizes(EngineOptions options, StepTimes times, MemoryBudget memory)
{
    /// <summary>Samples that may share a lane's next unit.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="waiting">Samples that wait in it.</param>
    public int Of(LaneKey lane, int waiting) => Fixed(lane) ?? Of(LaneTiming.Of(lane), waiting);

    /// <summary>The same for a lane without a fixed shape.</summary>
    public int Of(TimingKey lane, int waiting) => Math.Min(times.Worthwhile(lane, waiting), Most(lane));

    /// <summary>
    /// The same for the unit that is chosen now: now and then more, where a size was found too slow long ago. Forecasts go by <see cref="Of(LaneKey, int)"/>,
    /// since what follows is not of that size.
    /// </summary>
    /// <param name="lane">The lane.</param>
    /// <param name="waiting">Samples that wait in it.</param>
    public int Next(LaneKey lane, int waiting) => Fixed(lane) ?? Next(LaneTiming.Of(lane), waiting);

    /// <summary>The same for what is forecast to share steps.</summary>
    /// <param name="group">What shares them.</param>
    /// <param name="step">Their kind.</param>
    /// <param name="waiting">Samples that wait.</param>
    public int Of(ForecastKey group, TimingKey step, int waiting) => group switch
    {
        { Alone: not 0 } => 1,
        { Mode: ComputeMode.Exact } => options.ExactBatch,
        _ => Of(step, waiting),
    };

    /// <summary>Rows that are computed for so many samples that are forecast to share steps.</summary>
    public int ComputedRows(ForecastKey group, int samples) => group is { Mode: ComputeMode.Exact, Alone: 0 } ? Math.Max(samples, options.ExactBatch) : samples;

    /// <summary>Rows that are computed for so many samples of a lane: more where the shape is fixed.</summary>
    public int ComputedRows(LaneKey lane, int samples) => lane switch
    {
        { Stage: Stage.Severity } => Math.Max(samples, options.SeverityBatch),
        { Mode: ComputeMode.Exact, Alone: 0 } => Math.Max(samples, options.ExactBatch),
        _ => samples,
    };

    private int Next(TimingKey lane, int waiting) => Math.Max(Of(lane, waiting), times.Trial(lane, Math.Min(waiting, Most(lane))));

    // Rows of a lane whose shape does not depend on what was measured.
    private int? Fixed(LaneKey lane) => lane switch
    {
        { Stage: Stage.Severity } => options.SeverityBatch,
        { Alone: not 0 } => 1,
        { Mode: ComputeMode.Exact } => options.ExactBatch,
        _ => null,
    };

    private int Most(TimingKey lane) => Math.Min(options.MaximumBatch, memory.Rows(lane) ?? int.MaxValue);
}
