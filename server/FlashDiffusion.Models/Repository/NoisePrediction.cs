using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>Turns whatever a diffusion network predicts into the noise in its input.</summary>
internal sealed class NoisePrediction(Parameterization parameterization, NoiseSchedule schedule)
{
    public bool IsNoise => parameterization == Parameterization.Noise;

    /// <summary>Disposes <paramref name="output"/>.</summary>
    /// <param name="output">What the network gave for <paramref name="latents"/>.</param>
    /// <param name="latents">z_t (B, C, h, w).</param>
    /// <param name="timesteps">t (B), int64.</param>
    /// <returns>epsilon (B, C, h, w).</returns>
    public Tensor ToNoise(Tensor output, Tensor latents, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        using var consumed = output;
        var indices = Array.ConvertAll(timesteps.cpu().data<long>().ToArray(), checked(t => (int)t));
        var signal = Column(NoiseSchedule.Gather(schedule.SqrtAlphasCumprod, indices), latents);
        var noise = Column(NoiseSchedule.Gather(schedule.SqrtOneMinusAlphasCumprod, indices), latents);
        var epsilon = parameterization switch
        {
            Parameterization.CleanLatent => (latents - (signal * output)) / noise,
            Parameterization.Velocity => (signal * output) + (noise * latents),
            _ => output.alias(),
        };
        return epsilon.MoveToOuterDisposeScope();
    }

    private static Tensor Column(float[] values, Tensor like) => tensor(values, like.dtype, like.device).view(-1, 1, 1, 1);
}
