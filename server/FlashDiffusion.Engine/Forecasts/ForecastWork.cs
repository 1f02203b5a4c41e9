namespace FlashDiffusion.Engine.Forecasts;

/// <summary>One sample, as the forecast sees it.</summary>
/// <param name="Id">Its number; lower goes first.</param>
/// <param name="Group">What it can share batches with.</param>
/// <param name="RemainingSteps">Steps left.</param>
/// <param name="StepSeconds">Mean time of its remaining steps at a batch size; null if unknown.</param>
/// <param name="FinishSeconds">Time of what follows its last step.</param>
internal sealed record ForecastWork(long Id, object Group, int RemainingSteps, Func<int, double?> StepSeconds, double FinishSeconds);
