namespace FlashDiffusion.Conformance.Tests.Solvers;

/// <summary>The suite on a solver of a test's choice. Internal, so that the runner does not take it for a test class.</summary>
/// <param name="create">Makes the solver.</param>
internal sealed class FaultySuite(Func<ILatentSolver> create) : SolverConformance
{
    // Two rows by two words of the choice, short chains: faults have to show in little time.
    protected override IReadOnlyList<(SamplingSpec Sampling, int StartIndex)> Samplings =>
        [(SamplingSpec.Ddpm, 2), (new SamplingSpec(SamplerKind.Ddim, DdimSteps: 4, DdimEta: 0.5), 2)];

    protected override PictureShape Picture => new(8, 8);

    protected override int Places => 4;

    protected override ILatentSolver CreateSolver() => create();
}
