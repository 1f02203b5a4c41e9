using FlashDiffusion.Schedules;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>The fake model on a library that does not keep the bits of a row: one network adds a little of the whole batch, or of the row's number.</summary>
/// <param name="flaw">What is wrong: <c>denoise</c>, <c>decode</c>, <c>encode</c> or <c>row</c>; empty for nothing.</param>
internal sealed class CouplingModel(string flaw) : ILatentDiffusionModel
{
    private readonly FakeModel _inner = new();

    public string Name => _inner.Name;

    public string Version => _inner.Version;

    public NoiseSchedule Schedule => _inner.Schedule;

    public Device Device => _inner.Device;

    public int PictureMultiple => _inner.PictureMultiple;

    public int MaximumPictureSide => _inner.MaximumPictureSide;

    public LatentShape LatentShapeOf(PictureShape picture) => _inner.LatentShapeOf(picture);

    public Tensor Denoise(Tensor latents, Tensor timesteps) => flaw switch
    {
        "denoise" => _inner.Denoise(latents, timesteps) + (latents.mean() * 1e-3f),
        "row" => _inner.Denoise(latents, timesteps) + (arange(latents.shape[0]).reshape(-1, 1, 1, 1) * 1e-3f),
        _ => _inner.Denoise(latents, timesteps),
    };

    public Tensor Encode(Tensor pictures) => flaw == "encode" ? _inner.Encode(pictures + (pictures.detach().mean() * 1e-3f)) : _inner.Encode(pictures);

    public Tensor Decode(Tensor latents, Quantisation quantisation) =>
        flaw == "decode" ? _inner.Decode(latents + (latents.detach().mean() * 1e-3f), quantisation) : _inner.Decode(latents, quantisation);

    public Tensor Preview(Tensor latents) => _inner.Preview(latents);
}
