using System.Globalization;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Randomness;
using FlashDiffusion.Trainer.Runs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>
/// Trains the UNet to predict noise on windows of cached latents; every eighth step on windows of twice the side, so that
/// larger pictures are not foreign to it.
/// </summary>
internal sealed class DiffusionTask : ITrainingTask
{
    private const long NoiseStream = 0x6E6F6973;
    private const int LargeEvery = 8;
    private static readonly int[] ValidatedTimesteps = [12, 37, 75, 125, 175, 250, 350, 500, 800];

    private readonly UNetModel _network;
    private readonly LatentWindows _windows;
    private readonly NoiseSchedule _schedule;
    private readonly Tensor _validation;
    private readonly DiffusionTaskSettings _settings;

    /// <param name="network">The network to train, its weights loaded.</param>
    /// <param name="latents">Cached latents of the training photographs.</param>
    /// <param name="validation">Latents of held-out crops, (N, C, h, w); the task disposes them.</param>
    /// <param name="schedule">The forward process.</param>
    /// <param name="settings">Batch, seed, precision.</param>
    public DiffusionTask(
        UNetModel network, IReadOnlyList<LatentPicture> latents, Tensor validation, NoiseSchedule schedule, DiffusionTaskSettings settings)
    {
        _network = network;
        _windows = new LatentWindows(latents, settings.Seed);
        _validation = validation;
        _schedule = schedule;
        _settings = settings;
        Parameters = PublishedWeights.Trainable(network, _ => true);
    }

    public IReadOnlyList<TrainableParameter> Parameters { get; }

    public int BatchSize => _settings.Batch;

    public bool IsEdge(string name) =>
        name.StartsWith("input_blocks.0.", StringComparison.Ordinal) || name.StartsWith("out.", StringComparison.Ordinal);

    public StepLoss Loss(long step, double progress)
    {
        var large = step % LargeEvery == 0 && _settings.Batch >= 4;
        var rows = large ? _settings.Batch / 4 : _settings.Batch;
        var latents = _windows.Batch(step, rows, large ? 2 * _settings.Side : _settings.Side);
        var random = new StepRandom(_settings.Seed, step, NoiseStream);
        var timesteps = TimestepDraw.Draw(ref random, rows, _schedule.Timesteps);
        using var generator = random.NextGenerator();
        var noise = randn(latents.shape, generator: generator);
        using var autocast = Autocast.Begin(_settings.Reduced);
        var terms = _settings.Loss.Of(_network, _schedule, latents, timesteps, noise);
        return new StepLoss(terms.Loss, new Dictionary<string, Tensor>());
    }

    /// <summary>Mean loss on held-out latents at fixed timesteps with fixed noise, in float32.</summary>
    public IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var figures = new Dictionary<string, double>();
        foreach (var timestep in ValidatedTimesteps)
        {
            using var generator = new StepRandom(1, timestep, NoiseStream).NextGenerator();
            var noise = randn(_validation.shape, generator: generator);
            var timesteps = Enumerable.Repeat((long)timestep, (int)_validation.shape[0]).ToArray();
            var loss = NoiseLoss.Of(_network, _schedule, _validation, timesteps, noise).mean().item<float>();
            figures[timestep.ToString("'t'0", CultureInfo.InvariantCulture)] = loss;
        }

        figures["mean"] = figures.Values.Average();
        return figures;
    }

    public void Save(string folder) => PublishedWeights.Save(_network, Path.Combine(folder, "unet.safetensors"));

    public void Dispose()
    {
        _validation.Dispose();
        _network.Dispose();
    }
}
