using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Probes;

/// <summary>Degrades clean pictures: y = A(x) + noise, with nothing in values that the operator removes. Device thread only.</summary>
internal static class Degrading
{
    /// <summary>Degrades one picture.</summary>
    /// <param name="request">Picture, operator, noise and seed.</param>
    /// <param name="device">Where it computes.</param>
    public static DegradedPicture Run(DegradeRequest request, Device device)
    {
        var shape = new PictureShape((int)request.Picture.Shape[1], (int)request.Picture.Shape[2]);
        using var op = request.Operator.Family.Bind([request.Operator.Spec], shape, device);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var clean = op.Forward(tensor(request.Picture.Values, shape.Batch(1), device: device));
        var noise = new float[clean.numel()];
        new CounterNoise(request.Seed).FillNormal(NoisePurpose.Degrade, 0, 0, noise);
        var std = (float)request.Operator.NoiseStd;
        var measurement = op.Consistent(clean + tensor(Array.ConvertAll(noise, value => std * value), clean.shape, device: device));
        return new DegradedPicture(HostCopies.ToHost(measurement[0]), HostCopies.ToHost(op.ToImage(measurement)[0]));
    }
}
