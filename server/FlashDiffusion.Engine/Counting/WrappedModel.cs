using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Counting;

/// <summary>A model in front of another: the same but for what a derived class does around the calls of its networks.</summary>
/// <param name="inner">The model.</param>
internal abstract class WrappedModel(ILatentDiffusionModel inner) : ILatentDiffusionModel
{
    /// <inheritdoc/>
    public string Name => Inner.Name;

    /// <inheritdoc/>
    public string Version => Inner.Version;

    /// <inheritdoc/>
    public NoiseSchedule Schedule => Inner.Schedule;

    /// <inheritdoc/>
    public Device Device => Inner.Device;

    /// <inheritdoc/>
    public int PictureMultiple => Inner.PictureMultiple;

    /// <inheritdoc/>
    public int MaximumPictureSide => Inner.MaximumPictureSide;

    /// <inheritdoc/>
    public double LatentScale => Inner.LatentScale;

    /// <summary>The model behind.</summary>
    protected ILatentDiffusionModel Inner => inner;

    /// <inheritdoc/>
    public LatentShape LatentShapeOf(PictureShape picture) => Inner.LatentShapeOf(picture);

    /// <inheritdoc/>
    public abstract Tensor Denoise(Tensor latents, Tensor timesteps);

    /// <inheritdoc/>
    public abstract Tensor Encode(Tensor pictures);

    /// <inheritdoc/>
    public abstract Tensor Decode(Tensor latents, Quantisation quantisation);

    /// <inheritdoc/>
    public Tensor Preview(Tensor latents) => Inner.Preview(latents);
}
