using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>The best linear guess of a picture's colours from its latent: one multiplication where decoding costs a network.</summary>
internal sealed class PreviewMap : IDisposable
{
    private const int Colours = 3;

    private readonly Tensor _weight;
    private readonly Tensor _bias;

    private PreviewMap(Tensor weight, Tensor bias)
    {
        _weight = weight.DetachFromDisposeScope();
        _bias = bias.DetachFromDisposeScope();
    }

    /// <exception cref="ModelRepositoryException">The matrix is not 3 x <paramref name="channels"/>, or holds something that is no number.</exception>
    public static PreviewMap Load(PreviewManifest manifest, int channels, Device device)
    {
        var shaped = manifest.Matrix.Count == Colours && manifest.Bias.Count == Colours && manifest.Matrix.All(row => row.Count == channels);
        float[] values = [.. manifest.Matrix.SelectMany(row => row)];
        if (!shaped || !values.Concat(manifest.Bias).All(float.IsFinite))
        {
            throw new ModelRepositoryException($"The preview needs a matrix of {Colours} x {channels} numbers and {Colours} offsets.");
        }

        return new PreviewMap(
            tensor(values, [Colours, channels, 1, 1], device: device),
            tensor((float[])[.. manifest.Bias], device: device));
    }

    /// <summary>Fits the map by least squares over all positions of some pictures.</summary>
    /// <param name="latents">Scaled latents (B, C, h, w).</param>
    /// <param name="pictures">Their pictures (B, 3, H, W) in [-1,1]; H and W are multiples of h and w.</param>
    public static PreviewManifest Fit(Tensor latents, Tensor pictures)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var channels = (int)latents.shape[1];
        var small = nn.functional.adaptive_avg_pool2d(pictures, [latents.shape[2], latents.shape[3]]);
        var colours = Rows(small);
        var inputs = cat([Rows(latents), ones([colours.shape[0], 1], ScalarType.Float64, colours.device)], dim: 1);
        // Normal equations: a handful of unknowns over many positions, in float64. The ridge decides for channels that never vary.
        var normal = inputs.t().matmul(inputs) + (1e-9 * colours.shape[0] * eye(channels + 1, dtype: ScalarType.Float64, device: colours.device));
        var solution = linalg.solve(normal, inputs.t().matmul(colours)).to(ScalarType.Float32).cpu().t().contiguous();
        var values = solution.data<float>().ToArray();
        var rows = Enumerable.Range(0, Colours).Select(colour => values[(colour * (channels + 1))..((colour + 1) * (channels + 1))]).ToArray();
        return new PreviewManifest { Matrix = [.. rows.Select(row => row[..channels])], Bias = [.. rows.Select(row => row[channels])] };
    }

    /// <summary>(B, C, h, w) -> (B, 3, h, w), about [-1,1].</summary>
    public Tensor Apply(Tensor latents) => nn.functional.conv2d(latents, _weight, _bias);

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor Rows(Tensor map) => map.permute(0, 2, 3, 1).reshape(-1, map.shape[1]).to(ScalarType.Float64);
}
