using System.Diagnostics;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Hosting;

/// <summary>What a decode with its gradient, three quarters of a guided step, takes in float32 and in bfloat16.</summary>
/// <param name="Float32Ms">Milliseconds, the least of a few.</param>
/// <param name="BFloat16Ms">Milliseconds, the least of a few.</param>
internal sealed record PrecisionTiming(double Float32Ms, double BFloat16Ms)
{
    private const int Rounds = 5;

    /// <summary>Measures both in turns; runs on the device thread.</summary>
    public static PrecisionTiming Of(ServedModel served)
    {
        var models = new[] { served.Model, new ReducedPrecisionModel(served.Model) };
        var shape = served.Model.LatentShapeOf(served.WorkingShape(WarmUp.PictureOf(served)));
        var least = new[] { double.MaxValue, double.MaxValue };
        // The first round finds kernels and memory and does not count. The least of the others is what others on the machine disturb least.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (which, model) in models.Index())
            {
                var began = Stopwatch.GetTimestamp();
                Decode(model, shape);
                least[which] = round == 0 ? double.MaxValue : Math.Min(least[which], Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        return new PrecisionTiming(least[0], least[1]);
    }

    private static void Decode(ILatentDiffusionModel model, LatentShape shape)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var latents = ones([4, shape.Channels, shape.Height, shape.Width], device: model.Device).requires_grad_();
        autograd.grad([model.Decode(latents, Quantisation.None).sum()], [latents])[0].cpu();
    }
}
