using System.Collections.Immutable;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Daps;

/// <summary>Decoupled annealing posterior sampling in latent space: at each noise level a denoised latent moves by Hamiltonian Monte Carlo and gets fresh noise.</summary>
/// <remarks>
/// With sigma_i = sqrt((1 - abar)/abar) of level i of N and z = z_t / sqrt(abar_t):
/// <code>
/// predict:  z0 = Tweedie(z_t, t_i);  z := z0;  v ~ N(0, I)
/// move, K times:
///   score = -clip(grad_z ||A(D(z)) - y||^2, -1, 1) / tau^2 + (z0 - z) / sigma_i^2
///   s = sqrt(lr_i),  lr_i = lr (1 + (i / N) (lr_min_ratio - 1))
///   v := mom v + s score + sqrt(2 (1 - mom)) xi;  z := z + s v
/// last move of a level:  z_t' = sqrt(abar') z + sqrt(1 - abar') xi,  that is z + sigma_{i+1} xi;  the last level ends with z itself
/// </code>
/// Source: DAPS (arXiv 2407.01521) with the moves of its published latent code; where that returns zeros for a NaN, the sample fails here.
/// Every prediction and every move is a step of its own, so that no sample holds the device for longer than one decoder call and its
/// gradient. A budget leaves whole levels: the least is one with its K moves. The start latent is the wrapper's, as for every solver. sigma_n does not enter: tau is the paper's own constant.
/// </remarks>
public sealed class DapsSolver : ILatentSolver
{
    private const string Predict = "predict";
    private const string MoveKind = "move";
    private const string Centre = "centre";
    private const string Velocity = "velocity";

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "daps",
        Version = "0.1.0",
        Description = "Latent DAPS (arXiv 2407.01521): one denoiser call a noise level, then Monte Carlo moves through the decoder towards the measurement. For hard nonlinear operators; bound by the decoder.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = DapsParameters.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var violations = SolverRefusals.Of(Descriptor, sample, inResearchCode: false);
        return violations.IsEmpty ? new SolverPlan { Steps = Steps(sample) } : new SolverPlan { Violations = violations };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind == Predict ? PredictStep(batch) : MoveStep(batch);
    }

    private static ImmutableArray<PlannedStep> Steps(SampleSpec sample)
    {
        var levels = AnnealingLevels.Of(sample);
        var moves = sample.Parameters.Integer(DapsParameters.InnerSteps);
        var steps = ImmutableArray.CreateBuilder<PlannedStep>(levels.Length * (moves + 1));
        for (var level = 0; level < levels.Length; level++)
        {
            var timestep = levels[level];
            steps.Add(new PlannedStep(timestep, timestep, Predict, new StepCost(1)));
            for (var move = 1; move <= moves; move++)
            {
                var next = move < moves ? timestep : level + 1 < levels.Length ? levels[level + 1] : -1;
                steps.Add(new PlannedStep(timestep, next, MoveKind, new StepCost(0, DecoderForward: 1, DecoderBackward: 1)));
            }
        }

        return steps.MoveToImmutable();
    }

    private static StepOutput PredictStep(StepBatch batch)
    {
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        return Output(clean, clean, batch.Normal(NoisePurpose.Inner, 0));
    }

    private static StepOutput MoveStep(StepBatch batch)
    {
        var (centre, velocity) = (batch.Scratch[Centre], batch.Scratch[Velocity]);
        var leaf = batch.Latents.detach().requires_grad_();
        var decoded = batch.Model.Decode(leaf, Quantisation.None);
        var residual = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var gradient = PerSample.Gradient(residual * residual, leaf);

        using var guard = no_grad();
        var clip = batch.Column(row => row.Spec.Parameters.Number(DapsParameters.GradientClip));
        var score = (batch.Column(InverseSigmaSquared) * (centre - batch.Latents))
            - (batch.Column(InverseLikelihoodVariance) * minimum(maximum(gradient, -clip), clip));
        var length = batch.Column(StepLength);
        var moved = (batch.Column(Momentum) * velocity)
            + (length * score)
            + (batch.Column(row => Math.Sqrt(2 * (1 - Momentum(row)))) * batch.Normal(NoisePurpose.Inner, MoveOf));
        var latents = batch.Latents + (length * moved);
        var noised = batch.Rows.Any(EndsLevel)
            ? (batch.Column(Signal) * latents) + (batch.Column(Noise) * batch.Normal(NoisePurpose.Step, 0))
            : latents;
        return Output(noised, latents, moved) with
        {
            Scratch = new Dictionary<string, Tensor> { [Centre] = centre.alias(), [Velocity] = moved },
            DecodedClean = decoded.detach(),
            Residual = residual.detach(),
        };
    }

    private static StepOutput Output(Tensor latents, Tensor clean, Tensor velocity) => new()
    {
        Latents = latents,
        PredictedClean = clean,
        Scratch = new Dictionary<string, Tensor> { [Centre] = clean, [Velocity] = velocity },
    };

    private static int Stride(StepRow row) => row.Spec.Parameters.Integer(DapsParameters.InnerSteps) + 1;

    /// <summary>Number of a move within its level, from 1; draw 0 is the first velocity.</summary>
    private static int MoveOf(StepRow row) => row.StepIndex % Stride(row);

    private static bool EndsLevel(StepRow row) => row.Step.PreviousTimestep != row.Step.Timestep;

    private static double Signal(StepRow row) =>
        EndsLevel(row) ? Math.Sqrt(ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep)) : 1;

    private static double Noise(StepRow row) =>
        EndsLevel(row) ? Math.Sqrt(1 - ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep)) : 0;

    private static double Momentum(StepRow row) => row.Spec.Parameters.Number(DapsParameters.Momentum);

    private static double InverseLikelihoodVariance(StepRow row) => Math.Pow(row.Spec.Parameters.Number(DapsParameters.LikelihoodStd), -2);

    private static double InverseSigmaSquared(StepRow row) => Math.Pow(AnnealingLevels.Sigma(row.Spec.Schedule, row.Step.Timestep), -2);

    private static double StepLength(StepRow row)
    {
        var parameters = row.Spec.Parameters;
        var share = (double)(row.StepIndex / Stride(row)) / AnnealingLevels.Of(row.Spec).Length;
        return Math.Sqrt(parameters.Number(DapsParameters.StepSize) * (1 + (share * (parameters.Number(DapsParameters.StepSizeRatio) - 1))));
    }
}
