using FlashDiffusion.Engine.Counting;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Precision;

/// <summary>A model whose networks compute in bfloat16; what goes in and out stays float32, so that a solver's own arithmetic does.</summary>
/// <param name="inner">The model.</param>
internal sealed class ReducedPrecisionModel(ILatentDiffusionModel inner) : WrappedModel(inner)
{
    /// <inheritdoc/>
    public override Tensor Denoise(Tensor latents, Tensor timesteps) => Reduced(() => Inner.Denoise(latents, timesteps));

    /// <inheritdoc/>
    public override Tensor Encode(Tensor pictures) => Reduced(() => Inner.Encode(pictures));

    /// <inheritdoc/>
    public override Tensor Decode(Tensor latents, Quantisation quantisation) => Reduced(() => Inner.Decode(latents, quantisation));

    // Around the forward pass only: gradients follow the types that it recorded.
    private Tensor Reduced(Func<Tensor> network)
    {
        using var autocast = Autocast.Begin(enabled: true, Inner.Device.type);
        return network().to(ScalarType.Float32);
    }
}
