using FlashDiffusion.Schedules;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>The fake model with a decoder that is slow in one precision.</summary>
/// <param name="slow">The precision: <c>float32</c> or <c>bfloat16</c>.</param>
internal sealed class SleepyModel(string slow) : ILatentDiffusionModel
{
    private readonly FakeModel _inner = new();

    public string Name => _inner.Name;

    public string Version => _inner.Version;

    public NoiseSchedule Schedule => _inner.Schedule;

    public Device Device => _inner.Device;

    public int PictureMultiple => _inner.PictureMultiple;

    public int MaximumPictureSide => _inner.MaximumPictureSide;

    public LatentShape LatentShapeOf(PictureShape picture) => _inner.LatentShapeOf(picture);

    public Tensor Denoise(Tensor latents, Tensor timesteps) => _inner.Denoise(latents, timesteps);

    public Tensor Encode(Tensor pictures) => _inner.Encode(pictures);

    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        // Autocast shows in what a matrix product comes out as.
        using var product = ones(2, 2).matmul(ones(2, 2));
        if ((product.dtype == ScalarType.BFloat16) == (slow == "bfloat16"))
        {
            Thread.Sleep(50);
        }

        return _inner.Decode(latents, quantisation);
    }

    public Tensor Preview(Tensor latents) => _inner.Preview(latents);
}
