using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>A model of which only the shapes matter.</summary>
internal sealed class UncalledModel : ILatentDiffusionModel
{
    private const int Downsampling = 4;

    public string Name => "uncalled";

    public string Version => "1";

    public NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    public Device Device => CPU;

    public int PictureMultiple => 8;

    public int MaximumPictureSide => 256;

    public LatentShape LatentShapeOf(PictureShape picture) => new(4, picture.Height / Downsampling, picture.Width / Downsampling);

    public Tensor Denoise(Tensor latents, Tensor timesteps) => throw new NotSupportedException();

    public Tensor Encode(Tensor pictures) => throw new NotSupportedException();

    public Tensor Decode(Tensor latents, Quantisation quantisation) => throw new NotSupportedException();

    public Tensor Preview(Tensor latents) => throw new NotSupportedException();
}
