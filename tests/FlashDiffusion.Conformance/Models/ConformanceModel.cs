using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// A tiny latent diffusion model whose weights are formulas: 4 latent channels of a quarter of the picture's side, a nonlinear
/// autoencoder with E(D(z)) near z, a denoiser near the one of a standard normal prior, so that chains neither diverge nor die out.
/// Every network is evaluated row by row: a row's bits never depend on its companions, so what differs in a batch is the solver's doing.
/// </summary>
public sealed class ConformanceModel : ILatentDiffusionModel, IDisposable
{
    private const int Side = 4;
    private const int Channels = 4;
    private const int Patch = 3 * Side * Side;
    private const int Hidden = 8;
    private const double PictureScale = 1.5;
    private const double Bend = 0.15;
    private const double CodeStep = 0.25;

    private readonly Tensor _basis = Kept(FormulaWeights.Basis(Patch, Channels).reshape(Patch, Channels, 1, 1));
    private readonly Tensor _texture = Kept(FormulaWeights.Waves([Patch, Channels, 3, 3], 1.3) / 6);
    private readonly Tensor _first = Kept(FormulaWeights.Waves([Hidden, Channels, 3, 3], 0.7) / 4);
    private readonly Tensor _second = Kept(FormulaWeights.Waves([Channels, Hidden, 3, 3], 2.1) / 6);
    private readonly Tensor _time = Kept(FormulaWeights.Waves([1, Hidden, 1, 1], 0.4));

    /// <inheritdoc/>
    public string Name => "conformance";

    /// <inheritdoc/>
    public string Version => "1";

    /// <summary>1000 timesteps, beta from 0.0015 to 0.0195, linear in its square root: the schedule of the published latent models.</summary>
    public NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    /// <inheritdoc/>
    public Device Device => CPU;

    /// <inheritdoc/>
    public int PictureMultiple => Side;

    /// <inheritdoc/>
    public int MaximumPictureSide => 64;

    /// <inheritdoc/>
    public LatentShape LatentShapeOf(PictureShape picture) => new(Channels, picture.Height / Side, picture.Width / Side);

    /// <inheritdoc/>
    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        ArgumentNullException.ThrowIfNull(latents);
        ArgumentNullException.ThrowIfNull(timesteps);
        using var host = timesteps.cpu();
        var steps = host.data<long>().ToArray();
        return RowByRow(latents, (row, i) =>
        {
            var t = (int)steps[i];
            var bent = nn.functional.silu(nn.functional.conv2d(row, _first, padding: [1, 1]) + (_time * (t / 1000.0)));
            return (row * Math.Sqrt(1 - Schedule.ExactAlphasCumprod[t])) + (nn.functional.conv2d(bent, _second, padding: [1, 1]) * Bend);
        });
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return RowByRow(pictures, (row, _) =>
        {
            var code = nn.functional.conv2d(nn.functional.pixel_unshuffle(row, Side), _basis.transpose(0, 1)) / PictureScale;
            return code + (code.sin() * (Bend / 4));
        });
    }

    /// <summary>Decodes; <see cref="Quantisation.Nearest"/> rounds to multiples of a quarter first, and the gradient passes straight through.</summary>
    /// <param name="latents">z_0, (B, 4, h, w).</param>
    /// <param name="quantisation">Whether the latent is rounded.</param>
    /// <returns>(B, 3, 4h, 4w), nominally in [-1, 1].</returns>
    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        ArgumentNullException.ThrowIfNull(latents);
        return RowByRow(latents, (row, _) =>
        {
            var code = quantisation == Quantisation.Nearest ? row + (((row / CodeStep).round() * CodeStep) - row).detach() : row;
            var patches = (nn.functional.conv2d(code, _basis) * PictureScale) + (nn.functional.conv2d(code, _texture, padding: [1, 1]).tanh() * Bend);
            return nn.functional.pixel_shuffle(patches, Side);
        });
    }

    /// <inheritdoc/>
    public Tensor Preview(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        return latents.narrow(1, 0, 3) * 0.5;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _basis.Dispose();
        _texture.Dispose();
        _first.Dispose();
        _second.Dispose();
        _time.Dispose();
    }

    private static Tensor Kept(Tensor weights) => weights.DetachFromDisposeScope();

    private static Tensor RowByRow(Tensor batch, Func<Tensor, int, Tensor> network) =>
        cat([.. Enumerable.Range(0, (int)batch.shape[0]).Select(i => network(batch.narrow(0, i, 1), i))]);
}
