using System.Collections.Immutable;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Correction;

/// <summary>Which moves of a trajectory are corrected, and the steps that a correction takes.</summary>
public static class CorrectionPlan
{
    /// <summary>Where each move's problem is solved; <see cref="CorrectionDomain.None"/> for moves without correction.</summary>
    /// <param name="sample">A sample with the parameters of <see cref="CorrectionParameters"/>.</param>
    /// <param name="moves">Its trajectory, descending.</param>
    /// <param name="domainOf">The domain of a stage.</param>
    /// <returns>One domain a move.</returns>
    public static ImmutableArray<CorrectionDomain> Domains(
        SampleSpec sample, ImmutableArray<(int Timestep, int Previous)> moves, Func<DiffusionStage, CorrectionDomain> domainOf)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(domainOf);
        var every = sample.Parameters.Integer(CorrectionParameters.Every);
        var last = sample.Parameters.Integer(CorrectionParameters.Last);
        var selected = every == 0 ? [] : StepSelection.Every(sample, moves.Length, every);
        return [.. moves.Select((move, i) => moves.Length - i <= last || (every > 0 && selected[i])
            ? domainOf(StepSelection.StageOf(sample, move.Timestep))
            : CorrectionDomain.None)];
    }

    /// <summary>The steps of one corrected move: look, solve, resample. All stand at the same timestep; the latent moves in the last.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="move">The move.</param>
    /// <param name="domain">Where the problem is solved; not none.</param>
    /// <param name="guidance">Cost of a guided step if the move is guided too; null if it is not.</param>
    /// <returns>The steps in order.</returns>
    public static IEnumerable<PlannedStep> Steps(SampleSpec sample, (int Timestep, int Previous) move, CorrectionDomain domain, StepCost? guidance = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var updates = sample.Parameters.Integer(CorrectionParameters.Updates);
        var solved = updates == 0 ? CorrectionDomain.None : domain;
        var kind = new CorrectionKind(CorrectionPhase.Predict, solved, guidance is not null, CorrectionOptions.IsWeighted(sample));
        var late = guidance is not null && CorrectionOptions.GuidesLate(sample, solved);
        var decodes = solved == CorrectionDomain.Image || (kind.Weighted && solved == CorrectionDomain.Latent);
        yield return Step(kind, guidance is { } cost && !late ? cost : new StepCost(1, DecoderForward: decodes ? 1 : 0));
        if (solved != CorrectionDomain.None)
        {
            var solve = Step(kind with { Phase = CorrectionPhase.Solve }, solved == CorrectionDomain.Latent ? new StepCost(0, DecoderForward: updates, DecoderBackward: updates) : default);
            yield return solve with { CostIsBound = solved == CorrectionDomain.Latent, Chunks = CorrectionStep.ChunksOf(solved, updates) };
        }

        var encodes = new StepCost(0, EncoderForward: solved == CorrectionDomain.Image ? 1 : 0);
        yield return Step(kind with { Phase = CorrectionPhase.Resample }, late ? encodes + guidance!.Value : encodes);

        PlannedStep Step(CorrectionKind kind, StepCost cost) => new(move.Timestep, move.Previous, kind.ToString(), cost);
    }
}
