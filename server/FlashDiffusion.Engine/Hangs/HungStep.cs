using System.Globalization;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A step that did not come back in time.</summary>
/// <param name="Solver">The solver; null if it was the engine's own inversion.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Limit">Time that a step may take.</param>
internal sealed record HungStep(ILatentSolver? Solver, string Device, TimeSpan Limit)
{
    /// <summary>What happened, for those who run the server.</summary>
    public string Reason => string.Create(CultureInfo.InvariantCulture, $"A step took longer than {Limit.TotalSeconds:0.###} s (Engine:StepLimitSeconds), so that its thread was given up.");

    /// <summary>How the reconstructions end that it takes with it.</summary>
    public Failure Failure => Solver is { } solver
        ? FailureOf(solver)
        : new Failure(SessionOutcome.DeviceFailed, "DEVICE_FAULT", "A step of the inversion hung; the reconstruction may go on at another server.") { IsResumable = true };

    /// <summary>How reconstructions end whose solver hung in another one.</summary>
    public static Failure FailureOf(ILatentSolver solver) => new(
        SessionOutcome.SolverFailed,
        "SOLVER_FAULT",
        $"A step of the solver '{solver.Descriptor.Name}' {solver.Descriptor.Version} hung, so that it is out of service here; with a resume token the reconstruction may go on at another server.")
    { IsResumable = true };
}
