using System.Globalization;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Torch;
using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>Loads a published checkpoint as it stands.</summary>
internal static class CompVisLoader
{
    private const string NumbersName = "selfcheck.safetensors";
    private const string ScaleKey = "scale_factor";
    private const string CumprodKey = "alphas_cumprod";
    private const string LossPrefix = LatentDiffusionLayout.FirstStagePrefix + "loss.";
    private const float ScheduleTolerance = 1e-4f;

    /// <summary>Convolutions run at any size; twice the trained side is where they were still seen to be of use.</summary>
    private const int SidesBeyondTraining = 2;

    /// <summary>Loads a model, warms it up, and checks it: against numbers beside it where there are some, else for being finite.</summary>
    /// <exception cref="CheckpointException">The checkpoint is damaged, malicious, or does not fit its configuration.</exception>
    /// <exception cref="ModelRepositoryException">The two contradict each other otherwise.</exception>
    public static LatentDiffusionModel Load(ModelFolder folder, CompVisManifest manifest, Device device)
    {
        using var scope = NewDisposeScope();
        var config = manifest.Config;
        using var file = TorchFile.Open(folder.Resolve(CompVisFolder.WeightsName));
        CheckSchedule(file, config.Schedule);
        var averaged = config.UseEma && file.Entries.Keys.Any(key => key.StartsWith(LatentDiffusionLayout.AveragePrefix, StringComparison.Ordinal));
        var firstStage = NetworkLoading.Fill(
            NetworkFactory.FirstStage(config.FirstStage),
            file,
            device,
            key => LatentDiffusionLayout.FirstStagePrefix + key,
            key => !key.StartsWith(LatentDiffusionLayout.FirstStagePrefix, StringComparison.Ordinal) || key.StartsWith(LossPrefix, StringComparison.Ordinal));
        UNetModel? unet = null;
        try
        {
            unet = LoadUnet(file, config, averaged, device);
            return Finish(folder, config, Describe(config, averaged, unet), Scale(file, config), firstStage, unet, device);
        }
        catch
        {
            firstStage.Dispose();
            unet?.Dispose();
            throw;
        }
    }

    private static UNetModel LoadUnet(TorchFile file, CompVisConfig config, bool averaged, Device device)
    {
        var prefix = averaged ? LatentDiffusionLayout.AveragePrefix : LatentDiffusionLayout.UNetPrefix;
        return NetworkLoading.Fill(
            NetworkFactory.UNet(config.Unet),
            file,
            device,
            averaged ? LatentDiffusionLayout.AverageKey : key => LatentDiffusionLayout.UNetPrefix + key,
            key => !key.StartsWith(prefix, StringComparison.Ordinal) || LatentDiffusionLayout.IsAverageCounter(key));
    }

    private static LatentDiffusionModel Finish(
        ModelFolder folder, CompVisConfig config, string description, double scale, FirstStage firstStage, UNetModel unet, Device device)
    {
        var picture = TestPicture.Create(Math.Max(TestPicture.Side, 2 * firstStage.Downsampling * unet.SpatialMultiple), device);
        var latents = Encode(firstStage, picture, scale);
        var weights = new WeightFile { File = CompVisFolder.WeightsName };
        var manifest = new LatentDiffusionManifest
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{description} Its autoencoder brings a test picture back with {TestPicture.Psnr(firstStage, picture):F1} dB."),
            FirstStage = config.FirstStage,
            Unet = config.Unet,
            Schedule = config.Schedule,
            ScaleFactor = scale,
            Parameterization = config.Parameterization,
            MaximumSide = SidesBeyondTraining * config.ImageSize * firstStage.Downsampling,
            FirstStageWeights = weights,
            UnetWeights = weights,
            Preview = PreviewMap.Fit(latents, picture),
            SelfCheck = new SelfCheckManifest { Numbers = new WeightFile { File = NumbersName } },
        };
        var model = new LatentDiffusionModel(folder, manifest, firstStage, unet, device);
        if (File.Exists(folder.Resolve(NumbersName)))
        {
            SelfCheck.Verify(folder, manifest.SelfCheck, model);
        }
        else
        {
            SelfCheck.Run(model);
        }

        return model;
    }

    private static Tensor Encode(FirstStage firstStage, Tensor picture, double scale)
    {
        using var ungraded = no_grad();
        return firstStage.EncodeMode(picture) * scale;
    }

    // A configuration of another model has the same keys; its schedule gives it away.
    private static void CheckSchedule(TorchFile file, ScheduleManifest schedule)
    {
        if (!file.Entries.TryGetValue(CumprodKey, out var entry))
        {
            return;
        }

        var expected = schedule.Create().AlphasCumprod;
        using var stored = entry.HasShape([expected.Length]) ? file.Read(CumprodKey).to(ScalarType.Float32) : null;
        if (stored is null || stored.data<float>().Zip(expected).Any(pair => !(Math.Abs(pair.First - pair.Second) <= ScheduleTolerance)))
        {
            throw new ModelRepositoryException($"{CompVisFolder.ConfigName} describes another noise schedule than the one in {CompVisFolder.WeightsName}.");
        }
    }

    private static double Scale(TorchFile file, CompVisConfig config)
    {
        if (!config.ScaleByStd)
        {
            return config.ScaleFactor;
        }

        if (!file.Entries.TryGetValue(ScaleKey, out var entry) || entry.Shape.Count != 0)
        {
            throw new ModelRepositoryException($"{CompVisFolder.ConfigName} says scale_by_std, but {CompVisFolder.WeightsName} holds no number '{ScaleKey}'.");
        }

        return file.Read(ScaleKey).to(ScalarType.Float64).item<double>();
    }

    private static string Describe(CompVisConfig config, bool averaged, UNetModel unet)
    {
        var millions = unet.parameters().Sum(parameter => parameter.numel()) / 1e6;
        var weights = averaged ? "averaged weights" : config.UseEma ? "plain weights, since the file holds no averages" : "plain weights";
        return string.Create(CultureInfo.InvariantCulture, $"Published checkpoint: {config.FirstStage.ClassName} and a UNet of {millions:F1} M parameters, {weights}.");
    }
}
