using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What shares batches in a forecast. Names only, so that it never keeps a model or a plugin alive: two copies of one version count as one.</summary>
/// <param name="Key">Its steps, of whatever kind.</param>
/// <param name="Mode">Whether its units have one fixed shape.</param>
/// <param name="Alone">Number of the sample if it must stay alone; else 0.</param>
internal readonly record struct ForecastKey(TimingKey Key, ComputeMode Mode, long Alone);
