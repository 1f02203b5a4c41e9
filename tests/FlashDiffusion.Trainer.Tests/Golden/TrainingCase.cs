using System.Text.Json;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;

namespace FlashDiffusion.Trainer.Tests.Golden;

/// <summary>One case of the golden <c>training</c> folder.</summary>
internal sealed class TrainingCase : IDisposable
{
    public const string Folder = "training";

    public TrainingCase(string name)
    {
        Json = Read(GoldenFolder.File(Folder, name + ".json"));
        Tensors = GoldenTensors.Open(Folder, name + ".safetensors");
    }

    public JsonElement Json { get; }

    public GoldenTensors Tensors { get; }

    public double Number(string name) => Json.GetProperty(name).GetDouble();

    /// <summary>Constructor arguments of the latent diffusion model that the case names, or holds.</summary>
    public JsonElement Model()
    {
        if (Json.TryGetProperty("config", out var config))
        {
            return config.GetProperty("model").GetProperty("params");
        }

        return Model(Json.GetProperty("ldm").GetString()!);
    }

    /// <summary>Constructor arguments of a named latent diffusion model.</summary>
    public static JsonElement Model(string name)
    {
        string[] paths = [.. new[] { GoldenFolder.Root, GoldenFolder.Own }.SelectMany(root => new[] { Folder, "solvers" }.Select(folder => Path.Combine(root, folder, name + ".config.json")))];
        return Read(paths.First(File.Exists)).GetProperty("model").GetProperty("params");
    }

    /// <summary>The frozen autoencoder of a model, with formula weights.</summary>
    public static FirstStage FirstStage(JsonElement model)
    {
        var network = NetworkFactory.FirstStage(NetworkConfig.Parse(model.GetProperty("first_stage_config")));
        FormulaWeights.Fill(network, "first_stage_model.");
        NetworkInitialization.Freeze(network);
        return network;
    }

    /// <summary>Compares a measured number with a relative tolerance.</summary>
    public static void Near(string what, double expected, double actual, double tolerance)
        => Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1e-6, Math.Abs(expected)), $"{what}: {actual} instead of {expected}.");

    public void Dispose() => Tensors.Dispose();

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }
}
