using System.Globalization;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A call that did not come back in time.</summary>
/// <param name="Part">Whose code it is: a solver, an operator family or a model.</param>
/// <param name="Work">What it did: <c>A step</c>.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Limit">Time that a call may take.</param>
internal sealed record HungCall(object Part, string Work, string Device, TimeSpan Limit)
{
    /// <summary>What happened, for those who run the server.</summary>
    public string Reason => string.Create(CultureInfo.InvariantCulture, $"{Work} took longer than {Limit.TotalSeconds:0.###} s (Engine:StepLimitSeconds), so that its thread was given up.");

    /// <summary>How the reconstructions end that it takes with it.</summary>
    public Failure Failure => FailureOf(Part);

    /// <summary>How reconstructions end that need a part which hung, in another one or in theirs. A model is not a plugin: what hangs there is the device.</summary>
    public static Failure FailureOf(object part) => new(
        part is ILatentDiffusionModel ? SessionOutcome.DeviceFailed : SessionOutcome.SolverFailed,
        part is ILatentDiffusionModel ? "DEVICE_FAULT" : "SOLVER_FAULT",
        $"A call of {PartNames.WordsOf(part)} hung, so that it is out of service here; with a resume token the reconstruction may go on at another server.")
    { IsResumable = true };
}
