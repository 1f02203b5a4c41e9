using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>
/// The published loss of latent diffusion models: the simple loss, and a share of the variational bound, in which each timestep has
/// a weight of its own (Ho et al. 2020, equations 14 and 12; <c>original_elbo_weight</c> of a published configuration).
/// </summary>
internal sealed record PublishedNoiseLoss
{
    public NoiseDistance Distance { get; init; }

    /// <summary>Weight of the variational bound.</summary>
    public double BoundWeight { get; init; }

    /// <summary>The loss of a batch, differentiable.</summary>
    /// <param name="network">Predicts noise.</param>
    /// <param name="schedule">The forward process.</param>
    /// <param name="latents">Clean latents, (B, C, h, w).</param>
    /// <param name="timesteps">B timesteps.</param>
    /// <param name="noise">Standard normal, like the latents.</param>
    public PublishedNoiseTerms Of(UNetModel network, NoiseSchedule schedule, Tensor latents, long[] timesteps, Tensor noise)
    {
        var rows = NoiseLoss.Of(network, schedule, latents, timesteps, noise, Distance);
        var simple = rows.mean();
        var weights = tensor(Array.ConvertAll(timesteps, t => schedule.VariationalBoundWeights[(int)t]), device: rows.device);
        var bound = (weights * rows).mean();
        return new PublishedNoiseTerms(simple + (BoundWeight * bound), simple, bound);
    }
}
