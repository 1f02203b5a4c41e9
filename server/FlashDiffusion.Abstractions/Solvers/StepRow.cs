using FlashDiffusion.Noise;

namespace FlashDiffusion;

/// <summary>One row of a step batch: a sample and where it stands.</summary>
/// <param name="Spec">What is fixed about the sample.</param>
/// <param name="Step">The step that it takes now.</param>
/// <param name="StepIndex">Number of that step in its plan, from 0.</param>
/// <param name="Noise">The sample's noise.</param>
public sealed record StepRow(SampleSpec Spec, PlannedStep Step, int StepIndex, INoiseSource Noise);
