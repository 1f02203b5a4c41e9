using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Whether fixed shapes keep the bits of a row: one latent goes through a model's networks in the first and in the last row, each time in other
/// company, forwards and backwards as a guided step does, and one picture through each encoder that looks at measurements. A library that spreads
/// rows over its threads or blocks unevenly is found so, at the start; at one size of pictures, though libraries choose their ways by size.
/// </summary>
internal static class ExactShapeTest
{
    /// <summary>Networks of steps. Runs on the device thread.</summary>
    /// <param name="served">A model on that device.</param>
    /// <param name="rows">Rows of the shape of exact requests, from 2.</param>
    /// <param name="precision">Numbers that networks compute with in steps.</param>
    /// <returns>Names of what depends on row or company; empty for nothing.</returns>
    public static string OfSteps(ServedModel served, int rows, NetworkPrecision precision)
    {
        using var scope = NewDisposeScope();
        var picture = served.WorkingShape(WarmUp.PictureOf(served));
        var model = precision == NetworkPrecision.BFloat16 ? new ReducedPrecisionModel(served.Model) : served.Model;
        return Differing(rows, seeds => Step(model, model.LatentShapeOf(picture), seeds));
    }

    /// <summary>Encoders that look at measurements. Runs on the device thread.</summary>
    /// <param name="served">A model on that device.</param>
    /// <param name="rows">Rows of the shape of looks, from 2.</param>
    /// <returns>Names of what depends on row or company; empty for nothing.</returns>
    public static string OfLooks(ServedModel served, int rows)
    {
        using var scope = NewDisposeScope();
        var picture = served.WorkingShape(WarmUp.PictureOf(served));
        return Differing(rows, seeds => Look(served, picture, seeds));
    }

    private static string Differing(int rows, Func<int[], IEnumerable<(string Name, Tensor Values)>> compute)
    {
        var first = compute([.. Enumerable.Range(0, rows)]);
        var last = compute([.. Enumerable.Range(rows, rows - 1), 0]);
        return string.Join(", ", first.Zip(last).Where(pair => !pair.First.Values[0].eq(pair.Second.Values[^1]).all().item<bool>()).Select(pair => pair.First.Name));
    }

    // Each row has a latent, a strength and a timestep of its own, as strangers have.
    private static (string Name, Tensor Values)[] Step(ILatentDiffusionModel model, LatentShape shape, int[] seeds)
    {
        using var gradients = enable_grad();
        var latents = stack(seeds.Select(seed => Latent(shape, seed))).to(model.Device).requires_grad_();
        var steps = model.Schedule.SignalToNoise.Length;
        var noise = model.Denoise(latents, tensor([.. seeds.Select(seed => (long)((steps / 3) + (seed * 37)) % steps)], device: model.Device));
        var pictures = model.Decode(latents - (0.5f * noise), Quantisation.None);
        var encoded = model.Encode(pictures);
        return
        [
            ("the denoiser", noise.detach()),
            ("the decoder", pictures.detach()),
            ("the encoder", encoded.detach()),
            ("gradients", PerSample.Gradient(PerSample.Norm(pictures) + PerSample.Norm(encoded), latents)),
        ];
    }

    private static List<(string Name, Tensor Values)> Look(ServedModel served, PictureShape picture, int[] seeds)
    {
        using var guard = no_grad();
        var pictures = stack(seeds.Select(seed => Normal([3, picture.Height, picture.Width], seed) * 0.3f)).to(served.Model.Device);
        var looks = new List<(string, Tensor)> { ("the encoder", served.Model.Encode(pictures)) };
        foreach (var encoder in served.SeverityEncoders.Values.OrderBy(encoder => encoder.OperatorName, StringComparer.Ordinal))
        {
            var estimate = encoder.Estimate(pictures);
            looks.Add(($"the severity encoder for {encoder.OperatorName}", cat([estimate.Mean.flatten(1), estimate.Severity.reshape(-1, 1)], 1)));
        }

        return looks;
    }

    private static Tensor Latent(LatentShape shape, int seed) => Normal([shape.Channels, shape.Height, shape.Width], seed) * (1 + (seed % 3));

    private static Tensor Normal(long[] shape, int seed)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        new CounterNoise((ulong)seed).FillNormal(NoisePurpose.Start, 0, 0, values);
        return tensor(values, shape);
    }
}
