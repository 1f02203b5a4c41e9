namespace FlashDiffusion.Engine.Sessions;

/// <summary>What a reconstruction cost, counted and not estimated.</summary>
/// <param name="Steps">Steps run.</param>
/// <param name="Calls">Network calls of this sample.</param>
/// <param name="SeverityEncoder">Severity encoder evaluations.</param>
/// <param name="QueueTime">From admission to the first work on the device.</param>
/// <param name="ComputeTime">From the first work on the device to the result; other samples may have shared it.</param>
/// <param name="FullSteps">Steps that a start from pure noise would have run with the same sampler.</param>
internal sealed record ReconstructionCost(int Steps, StepCost Calls, int SeverityEncoder, TimeSpan QueueTime, TimeSpan ComputeTime, int FullSteps);
