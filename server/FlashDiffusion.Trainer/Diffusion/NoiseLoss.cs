using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>The simple diffusion loss: squared error of the predicted noise (Ho et al. 2020, equation 14), a value a row.</summary>
internal static class NoiseLoss
{
    /// <param name="network">Predicts noise.</param>
    /// <param name="schedule">The forward process.</param>
    /// <param name="latents">Clean latents, (B, C, h, w).</param>
    /// <param name="timesteps">B timesteps.</param>
    /// <param name="noise">Standard normal, like the latents.</param>
    /// <param name="distance">Squared error, or the absolute one of some published configurations.</param>
    /// <returns>(B,).</returns>
    public static Tensor Of(
        UNetModel network, NoiseSchedule schedule, Tensor latents, long[] timesteps, Tensor noise, NoiseDistance distance = NoiseDistance.Squared)
    {
        var signal = tensor(timesteps.Select(t => schedule.SqrtAlphasCumprod[(int)t]).ToArray()).view(-1, 1, 1, 1);
        var spread = tensor(timesteps.Select(t => schedule.SqrtOneMinusAlphasCumprod[(int)t]).ToArray()).view(-1, 1, 1, 1);
        var predicted = network.Forward((signal * latents) + (spread * noise), tensor(timesteps));
        var error = predicted.to(ScalarType.Float32) - noise;
        return (distance == NoiseDistance.Absolute ? error.abs() : error.square()).mean([1, 2, 3]);
    }
}
