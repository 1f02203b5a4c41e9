using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>
/// K updates whose length follows from the curvature along the gradient (FAST-DIPS), on
/// f(z) = ||z - z0||^2 / (2 gamma) + rho/2 ||A(D(z)) - b||^2, with b moved by ADMM so that the residual may lie anywhere in the noise's ball.
/// </summary>
internal static class AnalyticUpdates
{
    private const int Trials = 3;
    private const double SufficientDecrease = 1e-4;

    /// <summary>Root mean square of the latent's change by which J g is measured.</summary>
    private const double Probe = 0.01;

    /// <summary>Stands for the noise where a measurement has none.</summary>
    private const double SmallestNoiseStd = 0.02;

    /// <summary>A bound: an update tries up to three lengths.</summary>
    public static StepCost CostOf(int iterations) => new(0, DecoderForward: iterations * (2 + Trials), DecoderBackward: iterations);

    /// <summary>Updates every row.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="clean">Tweedie's estimates z0, (B, C, h, w).</param>
    /// <param name="iterations">K.</param>
    public static ConsistentLatent Run(StepBatch batch, Tensor clean, int iterations)
    {
        var gamma = batch.Column(Variance);
        var rho = batch.Column(Weight);
        var radius = batch.Column(row => NoiseBound.Radius(row.Spec, row.Spec.Parameters.Number(DcdpParameters.Confidence))).flatten();
        var (latent, decoded, residual) = (clean, clean, clean);
        var dual = zeros_like(batch.Measurements!);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var leaf = latent.detach().requires_grad_();
            var picture = batch.Model.Decode(leaf, Quantisation.None);
            var measured = batch.Operator!.Forward(picture);
            decoded = picture.detach();
            Tensor target;
            using (no_grad())
            {
                residual = PerSample.Norm(batch.Measurements! - measured);
                var split = Project(measured + dual, batch.Measurements!, radius);
                dual = dual + measured - split;
                target = split - dual;
            }

            var misfit = Squared(measured - target);
            var pulled = PerSample.Gradient(misfit / 2, leaf);
            using var guard = no_grad();
            var gradient = ((latent - clean) / gamma) + (rho * pulled);
            latent = Descend(batch, new Objective(clean, target, gamma.flatten(), rho.flatten()), latent, gradient, measured.detach());
        }

        return new ConsistentLatent(latent, decoded, residual);
    }

    private static Tensor Descend(StepBatch batch, Objective objective, Tensor latent, Tensor gradient, Tensor measured)
    {
        var slope = Squared(gradient);
        var reach = Column(Probe * Math.Sqrt(latent.numel() / (double)batch.Count) / slope.sqrt());
        var probed = batch.Operator!.Forward(batch.Model.Decode(latent + (reach * gradient), Quantisation.None));
        var bend = Squared(probed - measured) / reach.flatten().square();
        var curvature = (slope / objective.Gamma) + (objective.Rho * bend);

        // A row at its minimum stays there; one whose gradient is not a number becomes so.
        var length = where(slope == 0, zeros_like(slope), slope / curvature);
        var here = objective.At(latent, measured);
        var (best, open) = (latent, ones_like(slope).to(ScalarType.Bool));
        for (var trial = 0; trial < Trials && open.any().item<bool>(); trial++)
        {
            var candidate = latent - (Column(length) * gradient);
            var there = objective.At(candidate, batch.Operator!.Forward(batch.Model.Decode(candidate, Quantisation.None)));

            // Written so that a value that is not a number is taken: it fails the sample instead of hiding.
            var taken = open.logical_and((there > here - (SufficientDecrease * length * slope)).logical_not());
            best = where(Column(taken), candidate, best);
            open = open.logical_and(taken.logical_not());
            length = length / 2;
        }

        return best;
    }

    private static Tensor Project(Tensor values, Tensor centre, Tensor radius)
    {
        var offset = values - centre;
        var norm = PerSample.Norm(offset);
        var share = where(norm <= radius, ones_like(norm), radius / norm).reshape([norm.shape[0], .. Enumerable.Repeat(1L, (int)offset.dim() - 1)]);
        return centre + (share * offset);
    }

    private static Tensor Squared(Tensor values) => values.flatten(1).square().sum(1);

    private static Tensor Column(Tensor row) => row.reshape(-1, 1, 1, 1);

    private static double Variance(StepRow row)
    {
        var alphaBar = ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.Timestep);
        return (1 - alphaBar) / alphaBar;
    }

    private static double Weight(StepRow row)
    {
        var std = Math.Max(row.Spec.NoiseStd, SmallestNoiseStd);
        return row.Spec.Parameters.Number(DcdpParameters.DataWeight) / (std * std);
    }

    /// <summary>f of every row.</summary>
    private sealed record Objective(Tensor Clean, Tensor Target, Tensor Gamma, Tensor Rho)
    {
        public Tensor At(Tensor latent, Tensor measured) =>
            (Squared(latent - Clean) / (2 * Gamma)) + (Rho / 2 * Squared(measured - Target));
    }
}
