using System.Globalization;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>
/// The numbers that a model must reproduce before it is served: a small denoise, decode, encode and guided gradient, or one
/// severity estimate. Computing them also warms the networks up, both ways.
/// </summary>
internal static class SelfCheck
{
    private const ulong Seed = 20230906;
    private const int PictureSides = 2;
    private const string InputPrefix = "input.";
    private const string OutputPrefix = "output.";

    /// <summary>Inputs and outputs of a diffusion model, for <see cref="Write"/>.</summary>
    public static IReadOnlyDictionary<string, Tensor> Numbers(LatentDiffusionModel model) => Numbers(model, PictureSides * model.PictureMultiple);

    private static Dictionary<string, Tensor> Numbers(LatentDiffusionModel model, int side)
    {
        var shape = model.LatentShapeOf(new PictureShape(side, side));
        var inputs = new Dictionary<string, Tensor>
        {
            ["z"] = Normal(shape.Batch(1), draw: 0),
            ["t"] = tensor(new long[] { model.Schedule.Timesteps / 2 }),
            ["x"] = Picture(side),
        };
        return Join(inputs, Evaluate(model, inputs));
    }

    /// <summary>Inputs and outputs of a severity encoder for <paramref name="model"/>.</summary>
    public static IReadOnlyDictionary<string, Tensor> Numbers(SeverityEncoder encoder, LatentDiffusionModel model)
    {
        var inputs = new Dictionary<string, Tensor> { ["y"] = Picture(PictureSides * model.PictureMultiple) };
        return Join(inputs, Evaluate(encoder, inputs, model.Device));
    }

    public static void Write(string path, IReadOnlyDictionary<string, Tensor> numbers) => SafetensorsWriter.Write(path, [.. numbers]);

    /// <exception cref="ModelRepositoryException">A number differs by more than the tolerance, or is missing.</exception>
    public static void Verify(ModelFolder folder, SelfCheckManifest manifest, LatentDiffusionModel model)
        => Verify(folder, manifest, inputs => Evaluate(model, inputs));

    /// <inheritdoc cref="Verify(ModelFolder, SelfCheckManifest, LatentDiffusionModel)"/>
    public static void Verify(ModelFolder folder, SelfCheckManifest manifest, SeverityEncoder encoder, Device device)
        => Verify(folder, manifest, inputs => Evaluate(encoder, inputs, device));

    /// <summary>Runs a model that came without numbers, so that it is warm, and refuses it if what it gives is no number.</summary>
    /// <exception cref="ModelRepositoryException">An output is not finite.</exception>
    public static void Run(LatentDiffusionModel model)
    {
        using var scope = NewDisposeScope();
        // The smallest picture: what a guided step keeps for its gradient would be the peak of loading a large model.
        RequireFinite(Numbers(model, model.PictureMultiple));
    }

    /// <inheritdoc cref="Run(LatentDiffusionModel)"/>
    public static void Run(SeverityEncoder encoder, LatentDiffusionModel model)
    {
        using var scope = NewDisposeScope();
        RequireFinite(Numbers(encoder, model));
    }

    private static void RequireFinite(IReadOnlyDictionary<string, Tensor> numbers)
    {
        foreach (var (name, values) in numbers)
        {
            if (!values.isfinite().all().item<bool>())
            {
                throw new ModelRepositoryException($"The self-check failed: '{name}' is not finite.");
            }
        }
    }

    private static void Verify(ModelFolder folder, SelfCheckManifest manifest, Func<IReadOnlyDictionary<string, Tensor>, IReadOnlyDictionary<string, Tensor>> evaluate)
    {
        using var scope = NewDisposeScope();
        using var file = folder.Open(manifest.Numbers);
        var inputs = file.Entries.Keys.Where(name => name.StartsWith(InputPrefix, StringComparison.Ordinal))
            .ToDictionary(name => name[InputPrefix.Length..], file.Read);
        foreach (var (name, actual) in evaluate(inputs))
        {
            var error = RelativeError(file.Read(OutputPrefix + name), actual);
            // Written so that NaN fails.
            if (!(error <= manifest.Tolerance))
            {
                throw new ModelRepositoryException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The self-check failed: '{name}' differs from the stored numbers by {error:G3} (relative), more than {manifest.Tolerance:G3}."));
            }
        }
    }

    private static Dictionary<string, Tensor> Evaluate(LatentDiffusionModel model, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var z = Input(inputs, "z").to(model.Device).requires_grad_();
        using var graded = enable_grad();
        var epsilon = model.Denoise(z, Input(inputs, "t").to(model.Device));
        var decoded = model.Decode(z - epsilon, Quantisation.None);
        var gradient = BackwardFaults.Checked(() => autograd.grad([decoded.square().mean()], [z])[0]);
        return new Dictionary<string, Tensor>
        {
            ["epsilon"] = epsilon,
            ["decoded"] = decoded,
            ["gradient"] = gradient,
            ["encoded"] = model.Encode(Input(inputs, "x").to(model.Device)),
            ["preview"] = model.Preview(z),
        };
    }

    private static Dictionary<string, Tensor> Evaluate(SeverityEncoder encoder, IReadOnlyDictionary<string, Tensor> inputs, Device device)
    {
        using var ungraded = no_grad();
        var estimate = encoder.Estimate(Input(inputs, "y").to(device));
        return new Dictionary<string, Tensor> { ["mean"] = estimate.Mean, ["severity"] = estimate.Severity };
    }

    private static Tensor Input(IReadOnlyDictionary<string, Tensor> inputs, string name)
        => inputs.TryGetValue(name, out var value) ? value : throw new ModelRepositoryException($"The self-check's numbers lack '{InputPrefix}{name}'.");

    private static Dictionary<string, Tensor> Join(Dictionary<string, Tensor> inputs, Dictionary<string, Tensor> outputs)
        => inputs.Select(pair => (Name: InputPrefix + pair.Key, pair.Value))
            .Concat(outputs.Select(pair => (Name: OutputPrefix + pair.Key, pair.Value)))
            .ToDictionary(pair => pair.Name, pair => pair.Value);

    private static double RelativeError(Tensor expected, Tensor actual)
    {
        var reference = expected.to(ScalarType.Float64);
        if (!reference.shape.SequenceEqual(actual.shape))
        {
            return double.NaN;
        }

        var difference = (actual.detach().cpu().to(ScalarType.Float64) - reference).norm().item<double>();
        return difference / Math.Max(reference.norm().item<double>(), double.Epsilon);
    }

    private static Tensor Normal(long[] shape, int draw)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        new CounterNoise(Seed).FillNormal(NoisePurpose.Start, 0, draw, values);
        return tensor(values, shape);
    }

    // Smooth, coloured, and inside [-1, 1].
    private static Tensor Picture(int side)
    {
        var position = linspace(0, 6, side);
        var rows = position.sin().view(1, 1, side, 1);
        var columns = (position * 1.7).cos().view(1, 1, 1, side);
        var tint = tensor(new[] { 0.9f, 0.6f, -0.5f }, 1, 3, 1, 1);
        return rows * columns * tint;
    }
}
