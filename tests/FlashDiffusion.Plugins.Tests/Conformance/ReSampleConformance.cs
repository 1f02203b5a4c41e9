using FlashDiffusion.Conformance;
using FlashDiffusion.Correction;
using FlashDiffusion.Plugins.ReSample;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class ReSampleConformance : SolverConformance
{
    // Two chunks a correction instead of the default's hundred updates, every start of the inner optimiser.
    protected override IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> ParameterSets =>
    [
        Corrections.Few(every: 3),
        Corrections.Few(every: 2, (CorrectionParameters.Start, CorrectionParameters.FromZeros), (CorrectionParameters.Variance, "resample")),
        Corrections.Few(every: 2, (CorrectionParameters.Start, CorrectionParameters.FromNoise)),
    ];

    protected override int Places => 5;

    protected override ILatentSolver CreateSolver() => new ReSampleSolver();
}
