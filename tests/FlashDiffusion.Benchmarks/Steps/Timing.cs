namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>What something took.</summary>
/// <param name="WallMs">Time that passed, in ms.</param>
/// <param name="CpuMs">Processor time of the process, in ms.</param>
internal readonly record struct Timing(double WallMs, double CpuMs);
