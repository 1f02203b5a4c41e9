using FlashDiffusion.V1;

namespace FlashDiffusion.Client;

/// <summary>What servers say that they will do, beside what was said before.</summary>
internal static class AcceptedPlan
{
    /// <summary>Asks for what a server chose where a request says nothing, so that none that goes on or begins again chooses otherwise.</summary>
    public static void Pin(ReconstructRequest request, Accepted accepted)
    {
        request.Seed = accepted.Seed;
        request.Model = Or(request.Model, accepted.Model);
        request.ModelVersion = Or(request.ModelVersion, accepted.ModelVersion);
        request.Solver ??= new SolverChoice();
        request.Solver.Name = Or(request.Solver.Name, accepted.Solver);
    }

    /// <summary>Whether the same steps are taken, so that those that were seen need not be seen again.</summary>
    public static bool IsSame(Accepted before, Accepted now) =>
        (before.StartTimestep, before.TotalSteps, before.Seed, before.Model, before.ModelVersion, before.Solver, before.SolverVersion)
            == (now.StartTimestep, now.TotalSteps, now.Seed, now.Model, now.ModelVersion, now.Solver, now.SolverVersion)
        && Equals(before.Cut, now.Cut);

    /// <summary>Who goes on from a checkpoint does not look at the measurement: what the look gave stays.</summary>
    public static void KeepLook(Accepted before, Accepted now)
    {
        now.DecodedMean ??= before.DecodedMean;
        if (!now.HasMeanResidual && before.HasMeanResidual)
        {
            now.MeanResidual = before.MeanResidual;
        }
    }

    private static string Or(string said, string chosen) => said.Length > 0 ? said : chosen;
}
