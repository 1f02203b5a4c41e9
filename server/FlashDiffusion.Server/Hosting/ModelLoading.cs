using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Repository;
using TorchSharp;
using ModelEntry = FlashDiffusion.Server.Catalogs.ModelEntry;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Loads the model repository. What fails is reported and stops nothing else.</summary>
internal sealed class ModelLoading(ILogger<ModelLoading> logger)
{
    /// <summary>Runs on the device thread: weights and everything computed with them live there.</summary>
    public IReadOnlyList<ModelEntry> Load(string root, string device)
    {
        if (!Directory.Exists(root))
        {
            Log.NoModels(logger, root);
            return [];
        }

        var repository = ModelRepository.Load(root, torch.device(device));
        var entries = repository.Models.Select(loaded => Ready(loaded, FolderHash.Of(FolderOf(root, loaded.Model)))).ToList();
        foreach (var ready in entries)
        {
            Log.ModelLoaded(logger, ready.Name, ready.Version, ready.Description);
        }

        // A broken severity encoder stays visible too: without it AUTO falls back, and somebody will ask why.
        foreach (var broken in repository.Entries.Where(entry => entry.State == ModelState.Broken))
        {
            Log.ModelFailed(logger, broken.Name, broken.Version, broken.Message);
            entries.Add(new ModelEntry(broken.Name, broken.Version, broken.Description, null, broken.Message));
        }

        return entries;
    }

    // A published directory is a model as it stands, without a folder for its version.
    private static string FolderOf(string root, LatentDiffusionModel model)
    {
        var folder = Path.Combine(root, model.Name);
        var versioned = Path.Combine(folder, model.Version);
        return Directory.Exists(versioned) ? versioned : folder;
    }

    private static ModelEntry Ready(LoadedModel loaded, string hash)
    {
        var encoders = loaded.SeverityEncoders.ToFrozenDictionary(pair => pair.Key, ISeverityEncoder (pair) => pair.Value, StringComparer.Ordinal);
        return new ModelEntry(loaded.Model.Name, loaded.Model.Version, loaded.Model.Description, new ServedModel(loaded.Model, encoders) { Presets = [.. loaded.Model.Presets.Select(Preset)], WeightsHash = hash }, "");
    }

    private static SolverPreset Preset(PresetManifest preset) =>
        new(preset.Solver, preset.Operator, preset.Correction, preset.Parameters.ToFrozenDictionary(StringComparer.Ordinal))
        {
            Named = preset.Named,
            FullParameters = (preset.FullParameters ?? FrozenDictionary<string, double>.Empty).ToFrozenDictionary(StringComparer.Ordinal),
        };
}
