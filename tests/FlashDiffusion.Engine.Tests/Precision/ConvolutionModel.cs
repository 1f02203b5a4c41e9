using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Precision;

/// <summary>A model of one convolution, which is what bfloat16 changes.</summary>
internal sealed class ConvolutionModel : ILatentDiffusionModel, IDisposable
{
    private readonly Tensor _weight = ((arange(27, dtype: ScalarType.Float32) - 13) / 31).reshape(1, 3, 3, 3).repeat(3, 1, 1, 1).DetachFromDisposeScope();

    public string Name => "convolution";

    public string Version => "1";

    public NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    public Device Device => CPU;

    public int PictureMultiple => 8;

    public int MaximumPictureSide => 64;

    public LatentShape LatentShapeOf(PictureShape picture) => new(3, picture.Height, picture.Width);

    public Tensor Denoise(Tensor latents, Tensor timesteps) => nn.functional.conv2d(latents, _weight, padding: [1, 1]);

    public Tensor Encode(Tensor pictures) => nn.functional.conv2d(pictures, _weight, padding: [1, 1]);

    public Tensor Decode(Tensor latents, Quantisation quantisation) => nn.functional.conv2d(latents, _weight, padding: [1, 1]);

    public Tensor Preview(Tensor latents) => latents.alias();

    public void Dispose() => _weight.Dispose();
}
