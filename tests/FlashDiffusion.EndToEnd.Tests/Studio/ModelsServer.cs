using System.Text.Json.Nodes;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>
/// A server with several models: the starter model with its severity encoders, a version 2 of it that stands on named presets, a published
/// checkpoint that takes 64 pixels at most, and a folder that can't be used.
/// </summary>
public sealed class ModelsServer : IAsyncLifetime
{
    private readonly PluginFolder _plugins = new();
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory("flash-models-");
    private RunningServer? _server;

    internal RunningServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "server", "models")))
        {
            Copy(Path.Combine(folder, "1"), Path.Combine(Path.GetFileName(folder), "1"));
        }

        Copy(Path.Combine(Checkout.Root, "server", "models", "starter", "1"), Path.Combine("starter", "2"));
        StandOn(Path.Combine("starter", "2"), ("resample", "gaussian_blur", "gaussian_blur_varying_ffhq"), ("latent_dps", "inpainting", "random_inpainting_ffhq"));
        var checkpoints = Path.Combine(Checkout.Root, "tests", "golden", "checkpoints");
        CopyFile(Path.Combine(checkpoints, "ldm_micro.config.yaml"), Path.Combine("faces", "config.yaml"));
        CopyFile(Path.Combine(checkpoints, "ldm_micro_legacy.ckpt"), Path.Combine("faces", "model.ckpt"));
        CopyFile(Path.Combine(checkpoints, "malicious", "evil_os_system_zip.ckpt"), Path.Combine("faces", "evil.ckpt"));
        _server = await RunningServer.StartAsync([$"--models={_models.FullName}", $"--plugins={_plugins.FullPath}", "--default-model=starter"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _plugins.Dispose();
        _models.Delete(recursive: true);
    }

    /// <summary>Gives a model named presets of solvers, by operator, in the place of its own numbers.</summary>
    private void StandOn(string model, params (string Solver, string Operator, string Named)[] presets)
    {
        var path = Path.Combine(_models.FullName, model, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["presets"] = new JsonArray([.. presets.Select(preset => new JsonObject { ["solver"] = preset.Solver, ["operator"] = preset.Operator, ["named"] = preset.Named })]);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            CopyFile(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private void CopyFile(string from, string to)
    {
        var target = Path.Combine(_models.FullName, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target);
    }
}
