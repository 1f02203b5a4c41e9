using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Requests;

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
    public static SolverPlan Of(ILatentSolver solver, SampleSpec sample) => Run(solver, "A plan", () => PlanContract.Checked(solver, solver.Plan(sample)));

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

    private static T Run<T>(object part, string work, Func<T> code) => _call is { } call ? call.Run(part, work, code) : code();
}
