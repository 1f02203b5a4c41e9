using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Pnp;

/// <summary>Plug-and-play without gradients: every few steps the decoded prediction goes through a proximal step in pixels and is encoded again.</summary>
/// <remarks>
/// <code>
/// z0  = Tweedie(z_t, t)
/// x0  = D(z0);  x = argmin ||A x - y||^2 + rho ||x - x0||^2, by conjugate gradients from x0
/// zy  = z0 + E(x) - E(x0), or E(x) as published
/// z0 := abar' zy + (1 - abar') z0                                trusts data more as noise falls
/// z'  = sqrt(abar') z0 + sqrt(1 - abar' - s^2) eps + s xi,       s^2 = renoise^2 abar' (1 - abar')
/// between: z' = sqrt(abar') z0 + sqrt(1 - abar') eps
/// </code>
/// Sources: the data consistency of TReg (arXiv 2311.15658) with the penalty of DiffPIR (arXiv 2305.08995); sigma_n on [-1, 1]. No autograd
/// anywhere. E(D(z)) is not z: over a short chain of neighbouring timesteps the published E(x) adds that error dozens of times, which is why
/// the difference is the default. The last step is never a consistent one: its picture would have lost detail to a needless encoding.
/// </remarks>
public sealed class PnpSolver : ILatentSolver
{
    private const string Plain = "plain";
    private const string Consistent = "consistent";
    private const string PlainSuffix = "-plain";
    private const double SmallestPenalty = 1e-4;

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "pnp",
        Version = "0.1.0",
        Description = "Latent plug-and-play (TReg arXiv 2311.15658, DiffPIR arXiv 2305.08995): every few steps conjugate gradients fit the decoded picture to the measurement. No gradients through networks; linear operators.",
        Needs = SolverNeeds.Operator | SolverNeeds.Adjoint | SolverNeeds.Encoder,
        Parameters = PnpParameters.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var violations = SolverRefusals.Of(Descriptor, sample, inResearchCode: false);
        if (!violations.IsEmpty)
        {
            return new SolverPlan { Violations = violations };
        }

        var moves = ReverseTrajectory.Of(sample);
        var every = sample.Parameters.Integer(PnpParameters.ConsistencyEvery);

        // What all rows of a batch must share is part of the kind.
        var plain = sample.Parameters.Choice(PnpParameters.Encoding) == PnpParameters.PlainEncoding;
        var kind = $"{Consistent}{sample.Parameters.Integer(PnpParameters.Iterations)}{(plain ? PlainSuffix : "")}";
        return new SolverPlan
        {
            Steps = [.. moves.Select((move, i) => i < moves.Length - 1 && (moves.Length - 2 - i) % every == 0
                ? new PlannedStep(move.Timestep, move.Previous, kind, new StepCost(1, DecoderForward: 1, EncoderForward: plain ? 1 : 2))
                : new PlannedStep(move.Timestep, move.Previous, Plain, new StepCost(1)))],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        if (batch.Rows[0].Step.Kind == Plain)
        {
            return new StepOutput { Latents = Move(batch, clean, prediction, _ => 0), PredictedClean = clean };
        }

        var op = (ILinearForwardOperator)batch.Operator!;
        var decoded = batch.Model.Decode(clean, Quantisation.None);
        var residual = PerSample.Norm(batch.Measurements! - op.Forward(decoded));
        var penalty = batch.Column(Penalty);
        var consistent = ConjugateGradient.Solve(
            pictures => op.Adjoint(op.Forward(pictures)) + (penalty * pictures),
            op.Adjoint(batch.Measurements!) + (penalty * decoded),
            decoded,
            batch.Rows[0].Spec.Parameters.Integer(PnpParameters.Iterations));
        var encoded = batch.Model.Encode(consistent);
        if (!batch.Rows[0].Step.Kind.EndsWith(PlainSuffix, StringComparison.Ordinal))
        {
            encoded = clean + encoded - batch.Model.Encode(decoded);
        }

        var trust = batch.Column(Previous);
        var mixed = (trust * encoded) + ((1 - trust) * clean);
        return new StepOutput
        {
            Latents = Move(batch, mixed, prediction, FreshVariance),
            PredictedClean = mixed,
            DecodedClean = consistent,
            Residual = residual,
        };
    }

    private static Tensor Move(StepBatch batch, Tensor clean, Tensor prediction, Func<StepRow, double> variance)
    {
        var moved = (batch.Column(row => Math.Sqrt(Previous(row))) * clean)
            + (batch.Column(row => Math.Sqrt(Math.Max(0, 1 - Previous(row) - variance(row)))) * prediction);
        return batch.Rows.Any(row => variance(row) > 0)
            ? moved + (batch.Column(row => Math.Sqrt(variance(row))) * batch.Normal(NoisePurpose.Step, 0))
            : moved;
    }

    private static double Previous(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep);

    private static double FreshVariance(StepRow row)
    {
        var share = row.Spec.Parameters.Number(PnpParameters.Renoise);
        return share * share * Previous(row) * (1 - Previous(row));
    }

    private static double Penalty(StepRow row)
    {
        var weight = row.Spec.Parameters.Number(PnpParameters.PenaltyWeight);
        var alphaBar = ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.Timestep);

        // Without noise the DiffPIR penalty is 0 and the system singular wherever A forgets something.
        return row.Spec.Parameters.Choice(PnpParameters.Penalty) == PnpParameters.ConstantPenalty
            ? weight
            : Math.Max(SmallestPenalty, weight * row.Spec.NoiseStd * row.Spec.NoiseStd * alphaBar / (1 - alphaBar));
    }
}
