using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// Plans of solvers and operators, as whoever reads or checks a request asks for them: guarded where that happens on one of <see cref="AdmissionThreads"/>,
/// and as they are elsewhere, as on a device's thread, which has a guard of its own.
/// </summary>
internal static class Plans
{
    // Known to the thread and not handed down: those who ask for plans are pure functions, deep in what reads a request.
    [ThreadStatic]
    private static AdmissionCall? _call;

    /// <summary>What a solver would do with a sample.</summary>
    public static SolverPlan Of(ILatentSolver solver, SampleSpec sample) => Run(solver, "A plan", () => Ask(solver, sample));

    /// <summary>The same for who guards the call himself. What comes back keeps the contract: all that is reckoned for this sample and its companions believes it.</summary>
    /// <exception cref="SolverContractException">It doesn't.</exception>
    public static SolverPlan Ask(ILatentSolver solver, SampleSpec sample) => PlanContract.Checked(solver, solver.Plan(sample), sample.Schedule.Timesteps);

    /// <summary>The same on a device's thread.</summary>
    /// <param name="guard">Its guard.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="stake">What is lost if it hangs.</param>
    /// <exception cref="PartFailedException">It threw, or what came back doesn't keep the contract.</exception>
    public static SolverPlan Ask(CallGuard guard, ILatentSolver solver, SampleSpec sample, IStake stake)
    {
        try
        {
            return guard.Run(solver, "A plan", stake, _ => Ask(solver, sample));
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            throw new PartFailedException(FailureOf(solver, "A plan", exception));
        }
    }

    /// <summary>What an operator makes of a picture.</summary>
    public static OperatorPlan Of(OperatorRequest degradation, PictureShape picture) =>
        Run(degradation.Family, "The plan of an operator", () => PlanContract.Checked(degradation.Family, degradation.Family.Plan(degradation.Spec, picture)));

    /// <summary>Does something whose plans are guarded.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="call">Guards them.</param>
    /// <param name="work">What to do.</param>
    public static T Within<T>(AdmissionCall call, Func<T> work)
    {
        _call = call;
        try
        {
            return work();
        }
        finally
        {
            _call = null;
        }
    }

    /// <summary>Why a request ends whose plan could not be made.</summary>
    /// <param name="part">Whose plan it is.</param>
    /// <param name="work">What was being done, for the message: <c>A plan</c>.</param>
    /// <param name="exception">What was thrown.</param>
    public static Failure FailureOf(object part, string work, Exception exception) => exception switch
    {
        _ when TorchErrors.IsOutOfMemory(exception) => TorchErrors.FailureOf(exception, "a plan", null),
        SolverContractException => SolverFault(exception.Message, exception),
        _ => SolverFault($"{work} failed with an error in {PartNames.WordsOf(part)}, so that the request can't be taken.", exception),
    };

    private static Failure SolverFault(string message, Exception cause) => new(SessionOutcome.SolverFailed, "SOLVER_FAULT", message) { Cause = cause };

    private static T Run<T>(object part, string work, Func<T> code) => _call is { } call ? call.Run(part, work, code) : code();
}
