using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>A model that counts how often each of its networks is evaluated.</summary>
internal sealed class CountedModel(ILatentDiffusionModel model) : ILatentDiffusionModel
{
    public int UnetCalls { get; private set; }

    public int DecoderCalls { get; private set; }

    public int EncoderCalls { get; private set; }

    public string Name => model.Name;

    public string Version => model.Version;

    public NoiseSchedule Schedule => model.Schedule;

    public Device Device => model.Device;

    public int PictureMultiple => model.PictureMultiple;

    public int MaximumPictureSide => model.MaximumPictureSide;

    public LatentShape LatentShapeOf(PictureShape picture) => model.LatentShapeOf(picture);

    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        UnetCalls++;
        return model.Denoise(latents, timesteps);
    }

    public Tensor Encode(Tensor pictures)
    {
        EncoderCalls++;
        return model.Encode(pictures);
    }

    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        DecoderCalls++;
        return model.Decode(latents, quantisation);
    }

    public Tensor Preview(Tensor latents) => model.Preview(latents);
}
