using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using FlashDiffusion.Trainer.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Trained networks in the shape that solvers see, read from a folder of published weights.</summary>
internal sealed class EvaluatedModel : ILatentDiffusionModel, IDisposable
{
    private const string SeverityPrefix = "severity-";
    private readonly AutoencoderKl _autoencoder = new(StarterArchitecture.FirstStage);
    private readonly UNetModel _network = new(StarterArchitecture.UNet);
    private readonly Dictionary<string, SeverityEncoderNetwork> _severity = [];

    public EvaluatedModel(string folder)
    {
        PublishedWeights.Frozen(_autoencoder, Path.Combine(folder, "autoencoder.safetensors"));
        PublishedWeights.Frozen(_network, Path.Combine(folder, "unet.safetensors"));
        foreach (var path in Directory.EnumerateFiles(folder, SeverityPrefix + "*.safetensors"))
        {
            _severity[Path.GetFileNameWithoutExtension(path)[SeverityPrefix.Length..]] =
                PublishedWeights.Frozen(new SeverityEncoderNetwork(StarterArchitecture.FirstStage, quantized: false), path);
        }
    }

    public string Name => "starter";

    public string Version => "trained";

    public NoiseSchedule Schedule => StarterArchitecture.Schedule;

    public Device Device => CPU;

    public int PictureMultiple => _autoencoder.Downsampling * _network.SpatialMultiple;

    public int MaximumPictureSide => 512;

    public LatentShape LatentShapeOf(PictureShape picture) =>
        new(_autoencoder.LatentChannels, picture.Height / _autoencoder.Downsampling, picture.Width / _autoencoder.Downsampling);

    public Tensor Denoise(Tensor latents, Tensor timesteps) => _network.Forward(latents, timesteps);

    public Tensor Encode(Tensor pictures) => _autoencoder.EncodeMode(pictures);

    public Tensor Decode(Tensor latents, Quantisation quantisation) => _autoencoder.Decode(latents);

    public Tensor Preview(Tensor latents) => throw new NotSupportedException("An evaluation shows no previews.");

    /// <summary>Mean latent and severity of measurement pictures by the encoder of an operator family.</summary>
    public SeverityPrediction Estimate(string operatorName, Tensor measurementPictures) =>
        _severity.TryGetValue(operatorName, out var encoder)
            ? encoder.Forward(measurementPictures)
            : throw new InvalidOperationException($"There is no severity encoder for '{operatorName}' among the weights.");

    public void Dispose()
    {
        _autoencoder.Dispose();
        _network.Dispose();
        foreach (var encoder in _severity.Values)
        {
            encoder.Dispose();
        }
    }
}
