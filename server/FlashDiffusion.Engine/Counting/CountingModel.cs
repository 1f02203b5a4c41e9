using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Counting;

/// <summary>The model as solvers see it: counts every forward call, and every gradient that is pulled back through one.</summary>
/// <param name="inner">The model.</param>
/// <param name="counter">Where calls are counted.</param>
internal sealed class CountingModel(ILatentDiffusionModel inner, CallCounter counter) : WrappedModel(inner)
{
    /// <summary>Called before each call of a network; may throw.</summary>
    public Action Calling { get; init; } = () => { };

    /// <inheritdoc/>
    public override Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        Calling();
        counter.UNetForward += latents.shape[0];
        return GradientTap.On(Inner.Denoise(latents, timesteps), rows => counter.UNetBackward += rows);
    }

    /// <inheritdoc/>
    public override Tensor Encode(Tensor pictures)
    {
        Calling();
        counter.EncoderForward += pictures.shape[0];
        return Inner.Encode(pictures);
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        Calling();
        counter.DecoderForward += latents.shape[0];
        return GradientTap.On(Inner.Decode(latents, quantisation), rows => counter.DecoderBackward += rows);
    }
}
