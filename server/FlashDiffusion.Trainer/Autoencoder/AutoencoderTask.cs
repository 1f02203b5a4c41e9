using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Photographs;
using FlashDiffusion.Trainer.Randomness;
using FlashDiffusion.Trainer.Runs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Autoencoder;

/// <summary>
/// Trains a KL autoencoder on crops, or only its decoder. A run from scratch ends with the latents' mean and deviation folded
/// into the 1x1 convolutions (<see cref="LatentNormalisation"/>), so that the scale factor of the latent space is 1.
/// </summary>
internal sealed class AutoencoderTask : ITrainingTask
{
    private const long PosteriorStream = 0x706F7374;
    private const int LargeEvery = 4;
    private const double LargeFrom = 0.8;
    private readonly AutoencoderKl _network;
    private readonly CropSource _crops;
    private readonly Tensor _held;
    private readonly AutoencoderTaskSettings _settings;

    /// <param name="network">The network to train, its weights loaded; the task disposes it.</param>
    /// <param name="photographs">Training pictures.</param>
    /// <param name="held">Held-out crops, (N, 3, H, W) in [-1,1]; the task disposes them.</param>
    /// <param name="settings">Batch, seed, precision, loss.</param>
    public AutoencoderTask(AutoencoderKl network, IReadOnlyList<Photograph> photographs, Tensor held, AutoencoderTaskSettings settings)
    {
        _network = network;
        _crops = new CropSource(photographs, settings.Seed);
        _held = held;
        _settings = settings;
        Parameters = PublishedWeights.Trainable(network, name => !settings.DecoderOnly || IsDecoder(name));
    }

    public IReadOnlyList<TrainableParameter> Parameters { get; }

    public int BatchSize => _settings.Batch;

    public bool IsEdge(string name) => name.Contains("quant_conv.", StringComparison.Ordinal)
        || name.Contains("conv_in.", StringComparison.Ordinal) || name.Contains("conv_out.", StringComparison.Ordinal);

    public StepLoss Loss(long step, double progress)
    {
        var large = progress >= LargeFrom && step % LargeEvery == 0 && _settings.Batch >= 4;
        var clean = _crops.Batch(step, large ? _settings.Batch / 4 : _settings.Batch, large ? 2 * _settings.Side : _settings.Side);
        return _settings.DecoderOnly ? DecoderLoss(clean) : FullLoss(clean, step);
    }

    /// <summary>Mean PSNR of held-out crops on [0,1], and the loss, in float32 through the posterior's mode.</summary>
    public IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        double psnr = 0, loss = 0;
        foreach (var rows in _held.split(16))
        {
            var decoded = _network.Decode(_network.EncodeMode(rows));
            loss += _settings.Loss.Reconstruction(decoded, rows).item<float>() * rows.shape[0];
            var errors = (decoded.clamp(-1, 1) - rows).square().mean([1, 2, 3]);
            psnr += errors.data<float>().Sum(error => 10 * Math.Log10(4 / error));
        }

        return new Dictionary<string, double> { ["psnr_db"] = psnr / _held.shape[0], ["loss"] = loss / _held.shape[0] };
    }

    public void Save(string folder)
    {
        var path = Path.Combine(folder, "autoencoder.safetensors");
        if (_settings.DecoderOnly)
        {
            PublishedWeights.Save(_network, path);
        }
        else
        {
            using var folded = LatentNormalisation.Folded(_network, _held);
            PublishedWeights.Save(folded, path);
        }
    }

    public void Dispose()
    {
        _held.Dispose();
        _network.Dispose();
    }

    private static bool IsDecoder(string name) =>
        name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("post_quant_conv.", StringComparison.Ordinal);

    private StepLoss DecoderLoss(Tensor clean)
    {
        using var autocast = Autocast.Begin(_settings.Reduced);
        Tensor latents;
        using (no_grad())
        {
            latents = _network.EncodeMode(clean);
        }

        var decoded = _network.Decode(latents).to(ScalarType.Float32);
        return new StepLoss(_settings.Loss.Reconstruction(decoded, clean), Terms(decoded, clean));
    }

    private StepLoss FullLoss(Tensor clean, long step)
    {
        using var generator = new StepRandom(_settings.Seed, step, PosteriorStream).NextGenerator();
        using var autocast = Autocast.Begin(_settings.Reduced);
        var posterior = DiagonalGaussian.FromMoments(_network.Moments(clean).to(ScalarType.Float32));
        var decoded = _network.Decode(posterior.Sample(randn(posterior.Mean.shape, generator: generator))).to(ScalarType.Float32);
        var divergence = posterior.KlDivergence().mean() / posterior.Mean[0].numel();
        var loss = _settings.Loss.Reconstruction(decoded, clean) + (_settings.Loss.Divergence * divergence);
        return new StepLoss(loss, Terms(decoded, clean));
    }

    private static Dictionary<string, Tensor> Terms(Tensor decoded, Tensor clean) => new()
    {
        ["squared_error"] = (decoded.detach() - clean).square().mean(),
    };
}
