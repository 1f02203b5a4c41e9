using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Degradations;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Photographs;
using FlashDiffusion.Trainer.Randomness;
using FlashDiffusion.Trainer.Runs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>
/// Trains a severity encoder for one operator family. Each clean crop is degraded at several levels: its latent is encoded
/// once, and levels of one picture can be ranked against each other.
/// </summary>
internal sealed class SeverityTask : ITrainingTask
{
    private const long NoiseStream = 0x73657665;
    private readonly AutoencoderKl _autoencoder;
    private readonly SeverityEncoderNetwork _network;
    private readonly IDegradation _degradation;
    private readonly CropSource _crops;
    private readonly SeverityValidation _validation;
    private readonly SeverityTaskSettings _settings;
    private readonly SeverityLoss _loss;

    /// <param name="autoencoder">The frozen autoencoder whose latents are predicted; the task disposes it.</param>
    /// <param name="network">The network to train, its weights loaded.</param>
    /// <param name="degradation">The operator family.</param>
    /// <param name="photographs">Training pictures.</param>
    /// <param name="held">Held-out crops, (N, 3, H, W) in [-1,1]; the task disposes them.</param>
    /// <param name="settings">Batch, seed, precision.</param>
    public SeverityTask(
        AutoencoderKl autoencoder,
        SeverityEncoderNetwork network,
        IDegradation degradation,
        IReadOnlyList<Photograph> photographs,
        Tensor held,
        SeverityTaskSettings settings)
    {
        _autoencoder = autoencoder;
        _network = network;
        _degradation = degradation;
        _crops = new CropSource(photographs, settings.Seed);
        _settings = settings;
        _loss = settings.Loss;
        _validation = new SeverityValidation(autoencoder, network, degradation, held);
        Parameters = PublishedWeights.Trainable(network, _ => true);
    }

    public IReadOnlyList<TrainableParameter> Parameters { get; }

    public int BatchSize => _settings.Pictures * _settings.Levels;

    public bool IsEdge(string name) =>
        name.StartsWith("encoder.conv_in.", StringComparison.Ordinal) || name.StartsWith("quant_conv.", StringComparison.Ordinal)
        || name.StartsWith("encoder.conv_out.", StringComparison.Ordinal);

    public StepLoss Loss(long step, double progress)
    {
        var (pictures, levels) = (_settings.Pictures, _settings.Levels);
        var random = new StepRandom(_settings.Seed, step, NoiseStream);
        using var generator = random.NextGenerator();
        var clean = _crops.Batch(step, pictures, _settings.Side);
        var truth = EncodeClean(clean).repeat_interleave(levels, 0);
        var degraded = _degradation.Degrade(clean.repeat_interleave(levels, 0), SeverityLevels.Draw(ref random, pictures, levels), generator);

        using var autocast = Autocast.Begin(_settings.Reduced);
        var prediction = _network.FromProjection(_network.Project(degraded).to(ScalarType.Float32));
        if (_settings.Published is { } published)
        {
            var terms = published.Of(_autoencoder, prediction, truth, clean.repeat_interleave(levels, 0));
            return new StepLoss(
                terms.Loss, new Dictionary<string, Tensor> { ["mean_term"] = terms.Mean, ["severity_term"] = terms.Variance, ["image_term"] = terms.Picture });
        }

        var error = prediction.Mean - truth;
        var variance = SeverityLoss.TrueVariance(error.detach());
        var mean = error.square().mean();
        var severity = _loss.VarianceTerm(prediction.Variance, variance).mean();
        var ranking = _loss.RankingTerm(prediction.Variance, levels);
        var image = ImageTerm(prediction.Mean, clean, (int)(step % levels));
        return new StepLoss(
            mean + severity + ranking + (_loss.Image * image),
            new Dictionary<string, Tensor> { ["mean_term"] = mean, ["severity_term"] = severity, ["ranking_term"] = ranking, ["image_term"] = image });
    }

    public IReadOnlyDictionary<string, double> Validate() => _validation.Run();

    public void Save(string folder) =>
        PublishedWeights.Save(_network, Path.Combine(folder, $"severity-{_degradation.OperatorName}.safetensors"));

    public void Dispose()
    {
        _validation.Dispose();
        _network.Dispose();
        _autoencoder.Dispose();
    }

    private Tensor EncodeClean(Tensor clean)
    {
        using var guard = no_grad();
        return _autoencoder.EncodeMode(clean);
    }

    /// <summary>Squared error of the decoded mean, on one level of each picture: the decoder is most of the cost.</summary>
    private Tensor ImageTerm(Tensor mean, Tensor clean, int level)
    {
        var rows = mean.view(-1, _settings.Levels, mean.shape[1], mean.shape[2], mean.shape[3]).select(1, level);
        return (_autoencoder.Decode(rows).to(ScalarType.Float32) - clean).square().mean();
    }
}
