using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Batching;

/// <summary>
/// A step that comes back incomplete for ever: no call of it takes long, so that no watchdog sees it. How many calls are too many is a multiple of what was
/// planned, since a chunk may end with the first row that is done, and companions that come and go then leave a row as little as one iteration a call.
/// </summary>
internal static class EndlessStep
{
    // More than the iterations of the longest chunk of the solvers that ship (25, CorrectionStep).
    private const int Multiple = 32;

    // Of who plans a single call and needs some, and says so in no plan.
    private const int Fewest = 256;

    /// <summary>Calls that a step may take at most.</summary>
    public static int MostCalls(PlannedStep step) => (int)Math.Clamp((long)Multiple * step.Chunks, Fewest, int.MaxValue);

    /// <summary>Why a sample ends whose step has had too many calls; null if it has not.</summary>
    /// <param name="sample">A sample whose step was not complete after its last call.</param>
    public static Failure? Of(Sample sample) => sample.CallsOfStep < MostCalls(sample.NextStep)
        ? null
        : new Failure(
            SessionOutcome.SolverFailed,
            "SOLVER_FAULT",
            $"Step {sample.StepIndex + 1} of {sample.Steps.Length} of the solver '{sample.Session.Request.Solver.Descriptor.Name}' {sample.Session.Request.Solver.Descriptor.Version} was not complete after {sample.CallsOfStep} calls, of which its plan says {sample.NextStep.Chunks} at most; another solver or other parameters may end.")
        { Step = sample.StepIndex };
}
