using FlashDiffusion.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>
/// A latent diffusion model without weights: an f4 autoencoder of means and repeats, and a denoiser that is linear in the latent.
/// Differentiable, per row, and takes microseconds.
/// </summary>
internal sealed class FakeModel : ILatentDiffusionModel
{
    private const int Downsampling = 4;

    // Kept, since TorchSharp lets go of those that an operator makes before it has read them.
    private static readonly Scalar One = 1;
    private static readonly Scalar OfLatents = 0.1f;
    private static readonly Scalar OfTimesteps = 1e-4f;
    private Scalar? _scale;

    public string Name { get; init; } = "fake";

    public string Version => "1";

    public NoiseSchedule Schedule { get; init; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    public Device Device => CPU;

    public int PictureMultiple => 8;

    public double LatentScale { get; init; } = 1;

    public int MaximumPictureSide => 64;

    private Scalar Scale => _scale ??= LatentScale;

    /// <summary>Called before each call of a network, by name; virtual time passes in it, or it throws.</summary>
    public Action<string, int> Called { get; init; } = (_, _) => { };

    public LatentShape LatentShapeOf(PictureShape picture) => new(3, picture.Height / Downsampling, picture.Width / Downsampling);

    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        Called(nameof(Denoise), (int)latents.shape[0]);
        return latents.mul(OfLatents).add(timesteps.to(ScalarType.Float32).reshape(-1, 1, 1, 1).mul(OfTimesteps), One);
    }

    public Tensor Encode(Tensor pictures)
    {
        Called(nameof(Encode), (int)pictures.shape[0]);
        return nn.functional.avg_pool2d(pictures, Downsampling).mul(Scale);
    }

    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        Called(nameof(Decode), (int)latents.shape[0]);
        return latents.div(Scale).repeat_interleave(Downsampling, 2).repeat_interleave(Downsampling, 3);
    }

    public Tensor Preview(Tensor latents) => latents.alias();
}
