using System.Text.Json;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>The small latent diffusion models of the golden runs, with formula weights.</summary>
internal static class GoldenLatentModel
{
    /// <summary>Loads a model by the name of its configuration; moving averages are used where the configuration keeps them, as the research code does.</summary>
    public static LatentDiffusionModel Load(string name)
    {
        var parameters = Parameters(name);
        var unet = NetworkFactory.UNet(NetworkConfig.Parse(parameters.GetProperty("unet_config")));
        var averaged = !parameters.TryGetProperty("use_ema", out var useAverages) || useAverages.GetBoolean();
        FormulaWeights.Fill(unet, "model.diffusion_model.", averaged ? "ema|" : "");
        var firstStage = NetworkFactory.FirstStage(FirstStage(parameters));
        FormulaWeights.Fill(firstStage, "first_stage_model.");
        NetworkInitialization.Freeze(unet);
        NetworkInitialization.Freeze(firstStage);
        var weights = new WeightFile { File = "formula" };
        var manifest = new LatentDiffusionManifest
        {
            FirstStage = FirstStage(parameters),
            Unet = NetworkConfig.Parse(parameters.GetProperty("unet_config")),
            Schedule = new ScheduleManifest
            {
                Timesteps = parameters.GetProperty("timesteps").GetInt32(),
                LinearStart = parameters.GetProperty("linear_start").GetDouble(),
                LinearEnd = parameters.GetProperty("linear_end").GetDouble(),
            },
            ScaleFactor = parameters.TryGetProperty("scale_factor", out var scale) ? scale.GetDouble() : 1,
            MaximumSide = 4096,
            FirstStageWeights = weights,
            UnetWeights = weights,
            Preview = new PreviewManifest { Matrix = [.. Enumerable.Repeat(new float[firstStage.LatentChannels], 3)], Bias = [0, 0, 0] },
            SelfCheck = new SelfCheckManifest { Numbers = weights },
        };
        return new LatentDiffusionModel(new ModelFolder("golden", name, "1"), manifest, firstStage, unet, CPU);
    }

    /// <summary>The severity encoder of the golden starts, in the autoencoder's own latents: official mode leaves them unscaled.</summary>
    public static ISeverityEncoder LoadSeverityEncoder(string name)
    {
        var network = NetworkFactory.SeverityEncoder(FirstStage(Parameters(name)));
        FormulaWeights.Fill(network, seedPrefix: "sevenc|");
        NetworkInitialization.Freeze(network);
        return new UnscaledSeverityEncoder(network);
    }

    private static NetworkConfig FirstStage(JsonElement parameters) => NetworkConfig.Parse(parameters.GetProperty("first_stage_config"));

    private static JsonElement Parameters(string name)
    {
        var path = new[] { "solvers", "training", "flash" }.Select(folder => GoldenFolder.File(folder, name + ".config.json")).First(File.Exists);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty("model").GetProperty("params").Clone();
    }
}
