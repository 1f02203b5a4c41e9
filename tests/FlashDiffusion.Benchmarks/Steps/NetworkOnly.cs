using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>The network arithmetic of a guided step and nothing else: denoiser and decoder, forward and vector-Jacobian product.</summary>
internal sealed class NetworkOnly : IDisposable
{
    private readonly ILatentDiffusionModel _model;
    private readonly Tensor _latents;
    private readonly Tensor _timesteps;
    private readonly Tensor _pictureVector;

    public NetworkOnly(ILatentDiffusionModel model, PictureShape picture, int batch)
    {
        _model = model;
        var shape = model.LatentShapeOf(picture);
        var values = new float[batch * shape.Elements];
        new CounterNoise(1).FillNormal(NoisePurpose.Start, 0, 0, values);
        _latents = tensor(values, shape.Batch(batch));
        _timesteps = full(batch, 100L, dtype: ScalarType.Int64);
        _pictureVector = ones(picture.Batch(batch));
    }

    public void Run()
    {
        // As on the device thread: no collection beside native calls.
        using var pause = CollectionPause.Start();
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var latents = _latents.detach().requires_grad_();
        var prediction = _model.Denoise(latents, _timesteps);
        var clean = prediction.detach().requires_grad_();
        var decoded = _model.Decode(clean, Quantisation.None);
        var vector = autograd.grad([decoded], [clean], [_pictureVector])[0];
        autograd.grad([prediction], [latents], [vector]);
    }

    public void Dispose()
    {
        _latents.Dispose();
        _timesteps.Dispose();
        _pictureVector.Dispose();
    }
}
