using System.Text.Json;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>State dictionaries of published models at their real sizes: names, shapes, types and order. No weight is ever touched.</summary>
public class GoldenKeysTests
{
    private const string WholeModel = "_full_without_cond_stage";

    public static TheoryData<string> Cases => GoldenFolder.Cases("keys", ".json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void State_PublishedConfiguration_HasPublishedKeys(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Read(name);

        StateEntry[] actual = [.. Describe(name, golden)];

        Assert.Equal(golden.GetProperty("keys").EnumerateArray().Select(Golden), actual.Select(Actual));
        Assert.Equal(golden.GetProperty("count").GetInt64(), actual.Length);
        Assert.Equal(golden.GetProperty("numel").GetInt64(), actual.Sum(entry => entry.Elements));
        Assert.Equal(golden.GetProperty("param_numel").GetInt64(), actual.Where(entry => !entry.IsBuffer).Sum(entry => entry.Elements));
        // Inside a whole model the autoencoder is frozen.
        Assert.Equal(
            golden.GetProperty("trainable_numel").GetInt64(),
            actual.Where(entry => !entry.IsBuffer && !entry.Key.StartsWith(LatentDiffusionLayout.FirstStagePrefix, StringComparison.Ordinal)).Sum(entry => entry.Elements));
        CheckAverageNames(golden);
    }

    private static void CheckAverageNames(JsonElement golden)
    {
        const string ModelPrefix = "model.";
        const string AveragePrefix = "model_ema.";
        var root = LatentDiffusionLayout.UNetPrefix[ModelPrefix.Length..];
        if (golden.TryGetProperty("ema_map", out var map) && map.ValueKind == JsonValueKind.Object)
        {
            Assert.All(
                map.EnumerateObject(),
                pair => Assert.Equal(AveragePrefix + pair.Value.GetString(), LatentDiffusionLayout.AverageKey(pair.Name[root.Length..])));
        }
    }

    private static IEnumerable<StateEntry> Describe(string name, JsonElement golden)
    {
        if (golden.TryGetProperty("unet_config", out var unet))
        {
            return LatentDiffusionLayout.Parameters(NetworkFactory.UNet(NetworkConfig.Parse(unet)));
        }

        if (!golden.TryGetProperty("model_config", out var model))
        {
            Assert.EndsWith(WholeModel, name, StringComparison.Ordinal);
            return Whole(golden, Read(name.Replace(WholeModel, "_unet", StringComparison.Ordinal)).GetProperty("unet_config"),
                Read(name.Replace(WholeModel, "_first_stage", StringComparison.Ordinal)).GetProperty("model_config"), timesteps: 1000);
        }

        var config = NetworkConfig.Parse(model);
        var isSeverity = golden.TryGetProperty("target", out var target) && target.GetString()!.EndsWith("LDMSevEncoder", StringComparison.Ordinal);
        return config.ClassName switch
        {
            "LatentDiffusion" => Whole(golden, config.Params.GetProperty("unet_config"), config.Params.GetProperty("first_stage_config"), config.Params.GetProperty("timesteps").GetInt32()),
            _ when isSeverity => LatentDiffusionLayout.Parameters(NetworkFactory.SeverityEncoder(config)),
            _ => LatentDiffusionLayout.Parameters(NetworkFactory.FirstStage(config)),
        };
    }

    private static IEnumerable<StateEntry> Whole(JsonElement golden, JsonElement unet, JsonElement firstStage, int timesteps)
    {
        var withAverages = golden.GetProperty("keys").EnumerateArray().Any(key => key.GetProperty("key").GetString() == "model_ema.decay");
        return LatentDiffusionLayout.Describe(
            NetworkFactory.UNet(NetworkConfig.Parse(unet)), NetworkFactory.FirstStage(NetworkConfig.Parse(firstStage)), timesteps, withAverages);
    }

    private static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File("keys", name + ".json")));
        return document.RootElement.Clone();
    }

    private static string Golden(JsonElement key)
        => $"{key.GetProperty("key").GetString()} {string.Join('x', key.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()))} {key.GetProperty("dtype").GetString()} {key.GetProperty("kind").GetString()}";

    private static string Actual(StateEntry entry)
        => $"{entry.Key} {string.Join('x', entry.Shape)} {entry.Type.ToString().ToLowerInvariant()} {(entry.IsBuffer ? "buffer" : "parameter")}";
}
