using System.Text;
using System.Text.Json;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Checkpoints;

/// <summary>
/// A published directory of formula weights, written by a test: all keys of a latent diffusion checkpoint, the averages being the
/// formula's values for the network on its own. The plain weights share the averages' data, which halves the file.
/// </summary>
internal static class PublishedCheckpoint
{
    /// <param name="folder">Folder to create it in.</param>
    /// <param name="model">Constructor arguments of the model.</param>
    /// <returns>Number of parameters that a server needs: UNet and autoencoder.</returns>
    public static long Write(string folder, JsonElement model)
    {
        Directory.CreateDirectory(folder);
        using var document = new MemoryStream();
        using (var writer = new Utf8JsonWriter(document))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("model");
            writer.WriteString("target", "ldm.models.diffusion.ddpm.LatentDiffusion");
            writer.WritePropertyName("params");
            model.WriteTo(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        // JSON is YAML.
        File.WriteAllText(Path.Combine(folder, "config.yaml"), Encoding.UTF8.GetString(document.ToArray()));
        List<TorchFileEntry> state = [.. State(model)];
        TorchFileWriter.Write(Path.Combine(folder, "model.ckpt"), state);
        return state.Where(entry => entry.Key.StartsWith(LatentDiffusionLayout.UNetPrefix, StringComparison.Ordinal) || entry.Key.StartsWith(LatentDiffusionLayout.FirstStagePrefix, StringComparison.Ordinal))
            .Sum(entry => entry.Elements);
    }

    private static IEnumerable<TorchFileEntry> State(JsonElement model)
    {
        using var scope = NewDisposeScope();
        var timesteps = model.GetProperty("timesteps").GetInt32();
        var schedule = NoiseSchedule.Create(timesteps, model.GetProperty("linear_start").GetDouble(), model.GetProperty("linear_end").GetDouble());
        yield return new TorchFileEntry("alphas_cumprod", [timesteps], () => tensor(schedule.AlphasCumprod.ToArray()));
        using var unet = NetworkFactory.UNet(NetworkConfig.Parse(model.GetProperty("unet_config")));
        foreach (var entry in LatentDiffusionLayout.Parameters(unet))
        {
            var average = LatentDiffusionLayout.AverageKey(entry.Key);
            yield return Formula(average, entry, entry.Key);
            yield return Formula(LatentDiffusionLayout.UNetPrefix + entry.Key, entry, entry.Key) with { SharedWith = average };
        }

        using var firstStage = NetworkFactory.FirstStage(NetworkConfig.Parse(model.GetProperty("first_stage_config")));
        foreach (var entry in LatentDiffusionLayout.Parameters(firstStage))
        {
            yield return Formula(LatentDiffusionLayout.FirstStagePrefix + entry.Key, entry, entry.Key);
        }
    }

    private static TorchFileEntry Formula(string key, StateEntry entry, string formulaKey) => new(key, [.. entry.Shape], () =>
    {
        var values = empty([.. entry.Shape]);
        FormulaWeights.Fill(values, formulaKey);
        return values;
    });
}
