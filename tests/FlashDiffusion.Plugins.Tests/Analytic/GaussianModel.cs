using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Analytic;

/// <summary>
/// A model whose answers are known: clean latents are independent N(0, PriorVariance), the denoiser is exact for them, and the decoder
/// repeats each latent over 4x4 pixels times a gain. What a solver should find can be computed by hand.
/// </summary>
/// <param name="priorVariance">Variance of a clean latent's elements.</param>
/// <param name="gain">Factor of the decoder.</param>
internal sealed class GaussianModel(double priorVariance, float gain = 1) : ILatentDiffusionModel
{
    public const int Downsampling = 4;

    public string Name => "gaussian";

    public string Version => "1";

    public NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    public Device Device => CPU;

    public int PictureMultiple => Downsampling;

    public int MaximumPictureSide => 256;

    public LatentShape LatentShapeOf(PictureShape picture) => new(3, picture.Height / Downsampling, picture.Width / Downsampling);

    /// <summary>E[eps | z_t] = sqrt(1 - abar) z_t / (abar v + 1 - abar).</summary>
    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        var factors = timesteps.data<long>().ToArray().Select(timestep => (float)NoiseFactor((int)timestep)).ToArray();
        return latents * tensor(factors).reshape(-1, 1, 1, 1);
    }

    /// <summary>The denoiser's factor at a timestep.</summary>
    public double NoiseFactor(int timestep)
    {
        var alphaBar = Schedule.ExactAlphasCumprod[timestep];
        return Math.Sqrt(1 - alphaBar) / ((alphaBar * priorVariance) + 1 - alphaBar);
    }

    /// <summary>Factor of Tweedie's estimate: E[z_0 | z_t] = sqrt(abar) v z_t / (abar v + 1 - abar).</summary>
    public double CleanFactor(int timestep)
    {
        var alphaBar = Schedule.ExactAlphasCumprod[timestep];
        return Math.Sqrt(alphaBar) * priorVariance / ((alphaBar * priorVariance) + 1 - alphaBar);
    }

    public Tensor Encode(Tensor pictures) => nn.functional.avg_pool2d(pictures, Downsampling) / gain;

    public Tensor Decode(Tensor latents, Quantisation quantisation) =>
        (latents * gain).repeat_interleave(Downsampling, 2).repeat_interleave(Downsampling, 3);

    public Tensor Preview(Tensor latents) => latents.alias();
}
