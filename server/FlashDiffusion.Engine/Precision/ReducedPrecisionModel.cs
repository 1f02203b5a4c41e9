using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Precision;

/// <summary>A model whose networks compute in bfloat16; what goes in and out stays float32, so that a solver's own arithmetic does.</summary>
/// <param name="inner">The model.</param>
internal sealed class ReducedPrecisionModel(ILatentDiffusionModel inner) : ILatentDiffusionModel
{
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
    public Tensor Denoise(Tensor latents, Tensor timesteps) => Reduced(() => inner.Denoise(latents, timesteps));

    /// <inheritdoc/>
    public Tensor Encode(Tensor pictures) => Reduced(() => inner.Encode(pictures));

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents, Quantisation quantisation) => Reduced(() => inner.Decode(latents, quantisation));

    /// <inheritdoc/>
    public Tensor Preview(Tensor latents) => inner.Preview(latents);

    // Around the forward pass only: gradients follow the types that it recorded.
    private Tensor Reduced(Func<Tensor> network)
    {
        using var autocast = Autocast.Begin(enabled: true, inner.Device.type);
        return network().to(ScalarType.Float32);
    }
}
