using System.Collections.Immutable;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Samples;

/// <summary>All that is decided about a sample before its first step.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Spec">What is fixed about it.</param>
/// <param name="Steps">Every step: those of an inversion, then the solver's.</param>
/// <param name="InversionSteps">How many of them belong to the inversion.</param>
/// <param name="Violations">Why the solver can't run it; empty if it can.</param>
internal sealed record SamplePlan(
    StartDecision Start, SampleSpec Spec, ImmutableArray<PlannedStep> Steps, int InversionSteps, ImmutableArray<FieldViolation> Violations)
{
    /// <summary>Denoiser evaluations, exact or at most.</summary>
    public int NetworkCalls => Steps.Sum(step => step.Cost.UNetForward);
}
