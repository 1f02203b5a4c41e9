using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>A latent diffusion model of the repository, with frozen weights.</summary>
internal sealed class LatentDiffusionModel : ILatentDiffusionModel, IDisposable
{
    private readonly FirstStage _firstStage;
    private readonly UNetModel _unet;
    private readonly NoisePrediction _prediction;
    private readonly PreviewMap _preview;

    /// <param name="folder">Where it came from: its name and version.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="firstStage">Loaded, frozen autoencoder on <paramref name="device"/>; this object disposes it.</param>
    /// <param name="unet">Loaded, frozen diffusion network on <paramref name="device"/>; this object disposes it.</param>
    /// <param name="device">Where the weights are.</param>
    public LatentDiffusionModel(ModelFolder folder, LatentDiffusionManifest manifest, FirstStage firstStage, UNetModel unet, Device device)
    {
        Check(manifest, firstStage, unet);
        (Name, Version, Device) = (folder.Name, folder.Version, device);
        Description = manifest.Description;
        Schedule = manifest.Schedule.Create();
        ScaleFactor = manifest.ScaleFactor;
        MaximumPictureSide = manifest.MaximumSide;
        Presets = manifest.Presets;
        _firstStage = firstStage;
        _unet = unet;
        _prediction = new NoisePrediction(manifest.Parameterization, Schedule);
        _preview = PreviewMap.Load(manifest.Preview, firstStage.LatentChannels, device);
    }

    public string Name { get; }

    public string Version { get; }

    /// <summary>One line about the model.</summary>
    public string Description { get; }

    /// <summary>What was tuned for it, by solver and operator.</summary>
    public IReadOnlyList<PresetManifest> Presets { get; }

    public NoiseSchedule Schedule { get; }

    public Device Device { get; }

    /// <summary>Factor from the autoencoder's latents to the scaled ones.</summary>
    public double ScaleFactor { get; }

    public double LatentScale => ScaleFactor;

    public int PictureMultiple => Downsampling * _unet.SpatialMultiple;

    public int MaximumPictureSide { get; }

    /// <summary>Pixels of a picture that one row or column of the latent stands for.</summary>
    public int Downsampling => _firstStage.Downsampling;

    public int LatentChannels => _firstStage.LatentChannels;

    /// <summary>Bytes that its weights take.</summary>
    public long WeightBytes => NetworkLoading.BytesOf(_firstStage) + NetworkLoading.BytesOf(_unet);

    public LatentShape LatentShapeOf(PictureShape picture)
    {
        if (picture.Height < 1 || picture.Width < 1 || picture.Height % PictureMultiple != 0 || picture.Width % PictureMultiple != 0)
        {
            throw new ArgumentException($"The sides of a picture must be positive multiples of {PictureMultiple}, not {picture}.", nameof(picture));
        }

        return new LatentShape(LatentChannels, picture.Height / Downsampling, picture.Width / Downsampling);
    }

    public Tensor Denoise(Tensor latents, Tensor timesteps)
    {
        var output = _unet.Forward(latents, timesteps);
        return _prediction.IsNoise ? output : _prediction.ToNoise(output, latents, timesteps);
    }

    public Tensor Encode(Tensor pictures)
    {
        var latents = _firstStage.EncodeMode(pictures);
        if (ScaleFactor == 1)
        {
            return latents;
        }

        using (latents)
        {
            return latents * ScaleFactor;
        }
    }

    public Tensor Decode(Tensor latents, Quantisation quantisation)
    {
        var quantize = quantisation == Quantisation.Nearest;
        if (ScaleFactor == 1)
        {
            return _firstStage.Decode(latents, quantize);
        }

        using var unscaled = latents / ScaleFactor;
        return _firstStage.Decode(unscaled, quantize);
    }

    public Tensor Preview(Tensor latents) => _preview.Apply(latents);

    public void Dispose()
    {
        _firstStage.Dispose();
        _unet.Dispose();
        _preview.Dispose();
    }

    private static void Check(LatentDiffusionManifest manifest, FirstStage firstStage, UNetModel unet)
    {
        if (unet.Config.InChannels != firstStage.LatentChannels || unet.Config.OutChannels != firstStage.LatentChannels)
        {
            throw new ModelRepositoryException($"The diffusion network takes {unet.Config.InChannels} channels and gives {unet.Config.OutChannels}; the autoencoder's latents have {firstStage.LatentChannels}.");
        }

        if (unet.Config.ContextDim is not null)
        {
            throw new ModelRepositoryException("The diffusion network wants conditioning tokens, which no request can give.");
        }

        if (!(manifest.ScaleFactor > 0 && double.IsFinite(manifest.ScaleFactor)))
        {
            throw new ModelRepositoryException($"scale_factor must be positive, not {manifest.ScaleFactor}.");
        }

        if (manifest.MaximumSide < firstStage.Downsampling * unet.SpatialMultiple)
        {
            throw new ModelRepositoryException($"maximum_side {manifest.MaximumSide} is below the model's smallest picture, {firstStage.Downsampling * unet.SpatialMultiple}.");
        }

        if (manifest.Presets.FirstOrDefault(preset => preset.GuidanceExponent is { } exponent && !(Math.Abs(exponent) <= 1)) is { } wrong)
        {
            throw new ModelRepositoryException($"guidance_exponent of the preset for '{wrong.Solver}' and '{wrong.Operator}' must lie in [-1, 1], not {wrong.GuidanceExponent}.");
        }
    }
}
