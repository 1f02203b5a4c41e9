using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>The model as a solver sees it: counts every forward call, and every gradient that is pulled back through one.</summary>
/// <param name="inner">The model.</param>
/// <param name="count">Where calls are counted.</param>
internal sealed class CountedModel(ILatentDiffusionModel inner, CallCount count) : ILatentDiffusionModel
{
    public string Name => inner.Name;

    public string Version => inner.Version;

    public NoiseSchedule Schedule => inner.Schedule;

    public Device Device => inner.Device;

    public int PictureMultiple => inner.PictureMultiple;

    public int MaximumPictureSide => inner.MaximumPictureSide;

    public double LatentScale => inner.LatentScale;

    public LatentShape LatentShapeOf(PictureShape picture) => inner.LatentShapeOf(picture);

    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        count.UNetForward += (int)latents.shape[0];
        return GradientWatch.On(inner.Denoise(latents, timesteps), rows => count.UNetBackward += rows);
    }

    public Tensor Encode(Tensor pictures)
    {
        count.EncoderForward += (int)pictures.shape[0];
        return inner.Encode(pictures);
    }

    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        count.DecoderForward += (int)latents.shape[0];
        return GradientWatch.On(inner.Decode(latents, quantisation), rows => count.DecoderBackward += rows);
    }

    public Tensor Preview(Tensor latents) => inner.Preview(latents);
}
