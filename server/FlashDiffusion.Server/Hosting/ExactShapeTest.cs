using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Whether a fixed shape keeps the bits of a row: one latent goes through a model's networks in the first and in the last row, each time in other
/// company, forwards and backwards as a guided step does. A library that spreads rows over its threads or blocks unevenly is found so, at the start.
/// </summary>
internal static class ExactShapeTest
{
    /// <summary>Runs on the device thread.</summary>
    /// <param name="served">A model on that device.</param>
    /// <param name="rows">Rows of the shape, at least 2.</param>
    /// <param name="precision">Numbers that networks compute with.</param>
    /// <returns>What depends on row or company; an empty string if nothing does.</returns>
    public static string Run(ServedModel served, int rows, NetworkPrecision precision)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var model = precision == NetworkPrecision.BFloat16 ? new ReducedPrecisionModel(served.Model) : served.Model;
        var shape = model.LatentShapeOf(served.WorkingShape(WarmUp.PictureOf(served)));
        var first = Compute(model, shape, [.. Enumerable.Range(0, rows)]);
        var last = Compute(model, shape, [.. Enumerable.Range(rows, rows - 1), 0]);
        return string.Join(", ", first.Zip(last).Where(pair => !pair.First.Values[0].eq(pair.Second.Values[^1]).all().item<bool>()).Select(pair => pair.First.Name));
    }

    // Each row has a latent, a strength and a timestep of its own, as strangers have.
    private static (string Name, Tensor Values)[] Compute(ILatentDiffusionModel model, LatentShape shape, int[] seeds)
    {
        var latents = stack(seeds.Select(seed => Latent(shape, seed))).to(model.Device).requires_grad_();
        var steps = model.Schedule.SignalToNoise.Length;
        var noise = model.Denoise(latents, tensor([.. seeds.Select(seed => (long)((steps / 3) + (seed * 37)) % steps)], device: model.Device));
        var pictures = model.Decode(latents - (0.5f * noise), Quantisation.None);
        return
        [
            ("the denoiser", noise.detach()),
            ("the decoder", pictures.detach()),
            ("gradients", PerSample.Gradient(PerSample.Norm(pictures), latents)),
        ];
    }

    private static Tensor Latent(LatentShape shape, int seed)
    {
        var values = new float[shape.Elements];
        new CounterNoise((ulong)seed).FillNormal(NoisePurpose.Start, 0, 0, values);
        return tensor(values).reshape(shape.Channels, shape.Height, shape.Width) * (1 + (seed % 3));
    }
}
