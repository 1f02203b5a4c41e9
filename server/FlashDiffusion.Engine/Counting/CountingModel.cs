using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Counting;

/// <summary>The model as solvers see it: counts every forward call, and every gradient that is pulled back through one.</summary>
/// <param name="inner">The model.</param>
/// <param name="counter">Where calls are counted.</param>
internal sealed class CountingModel(ILatentDiffusionModel inner, CallCounter counter) : ILatentDiffusionModel
{
    /// <summary>Called before each call of a network; may throw.</summary>
    public Action Calling { get; init; } = () => { };

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public string Version => inner.Version;

    /// <inheritdoc/>
    public NoiseSchedule Schedule => inner.Schedule;

    /// <inheritdoc/>
    public Device Device => inner.Device;

    /// <inheritdoc/>
    public int PictureMultiple => inner.PictureMultiple;

    /// <inheritdoc/>
    public int MaximumPictureSide => inner.MaximumPictureSide;

    /// <inheritdoc/>
    public double LatentScale => inner.LatentScale;

    /// <inheritdoc/>
    public LatentShape LatentShapeOf(PictureShape picture) => inner.LatentShapeOf(picture);

    /// <inheritdoc/>
    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        Calling();
        counter.UNetForward += latents.shape[0];
        return GradientTap.On(inner.Denoise(latents, timesteps), rows => counter.UNetBackward += rows);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor pictures)
    {
        Calling();
        counter.EncoderForward += pictures.shape[0];
        return inner.Encode(pictures);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        Calling();
        counter.DecoderForward += latents.shape[0];
        return GradientTap.On(inner.Decode(latents, quantisation), rows => counter.DecoderBackward += rows);
    }

    /// <inheritdoc/>
    public Tensor Preview(Tensor latents) => inner.Preview(latents);
}
