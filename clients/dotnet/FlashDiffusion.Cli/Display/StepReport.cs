namespace FlashDiffusion.Cli.Display;

/// <summary>Where a reconstruction stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps in all.</param>
/// <param name="StepsPerSecond">Measured here; null before the second event.</param>
/// <param name="Remaining">Expected time until the result, the server's estimate where it gives one.</param>
internal readonly record struct StepReport(int Step, int TotalSteps, double? StepsPerSecond, TimeSpan? Remaining);
