using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Lifecycle;
using Microsoft.Extensions.Options;
using TorchSharp;
using ModelEntry = FlashDiffusion.Server.Catalogs.ModelEntry;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Loads the model repository, or one model of it. What fails is reported and stops nothing else.</summary>
internal sealed class ModelLoading(IOptions<ModelOptions> options, WeightMemory memory, ILogger<ModelLoading> logger)
{
    /// <summary>Folder of the repository.</summary>
    public string Root { get; } = Path.TrimEndingDirectorySeparator(
        options.Value.Directory.Length > 0 ? Path.GetFullPath(options.Value.Directory)
        : options.Value.Root.Length == 0 ? Path.Combine(AppContext.BaseDirectory, "models")
        : Path.GetFullPath(options.Value.Root));

    /// <summary>Name of the one model that this folder itself is; null if it is a repository.</summary>
    public string? Single => options.Value.Directory.Length == 0 || !ModelRepository.IsModel(Root) ? null
        : options.Value.DirectoryName.Length > 0 ? options.Value.DirectoryName
        : Path.GetFileName(Root);

    /// <summary>Loads on one device. Runs on its thread: weights and everything computed with them live there.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="devices">How many devices will load the same.</param>
    /// <param name="only">The one model to load; null for all.</param>
    /// <returns>Every model, severity encoders that failed too.</returns>
    public IReadOnlyList<ModelEntry> Load(string device, int devices, ModelSelection? only = null)
    {
        if (!Directory.Exists(Root))
        {
            Log.NoModels(logger, Root);
            return [];
        }

        var repository = ModelRepository.Load(Root, torch.device(device), only, memory.Free / devices, Single);
        var entries = repository.Models.Select(loaded => Ready(loaded, FolderHash.Of(FolderOf(Single is null ? Path.Combine(Root, loaded.Model.Name) : Root, loaded.Model)))).ToList();
        foreach (var ready in entries)
        {
            memory.Take(ready.Model!.WeightBytes);
            Log.ModelLoaded(logger, ready.Name, ready.Version, ready.Description);
        }

        // A broken severity encoder stays visible too: without it AUTO falls back, and somebody will ask why.
        foreach (var broken in repository.Entries.Where(entry => entry.State != ModelState.Ready))
        {
            Log.ModelFailed(logger, broken.Name, broken.Version, broken.Message);
            entries.Add(new ModelEntry(broken.Name, broken.Version, broken.Description, null, broken.Message) { IsOverBudget = broken.State == ModelState.OverBudget });
        }

        return entries;
    }

    /// <summary>Frees what was loaded on one device. Runs on its thread.</summary>
    public void Free(ServedModel replica)
    {
        (replica.Model as IDisposable)?.Dispose();
        foreach (var encoder in replica.SeverityEncoders.Values.OfType<IDisposable>())
        {
            encoder.Dispose();
        }

        memory.GiveBack(replica.WeightBytes);
    }

    // A published directory is a model as it stands, without a folder for its version.
    private static string FolderOf(string folder, LatentDiffusionModel model)
    {
        var versioned = Path.Combine(folder, model.Version);
        return Directory.Exists(versioned) ? versioned : folder;
    }

    private static ModelEntry Ready(LoadedModel loaded, string hash)
    {
        var encoders = loaded.SeverityEncoders.ToFrozenDictionary(pair => pair.Key, ISeverityEncoder (pair) => pair.Value, StringComparer.Ordinal);
        var served = new ServedModel(loaded.Model, encoders) { Presets = [.. loaded.Model.Presets.Select(Preset)], WeightsHash = hash, WeightBytes = loaded.Bytes };
        return new ModelEntry(loaded.Model.Name, loaded.Model.Version, loaded.Model.Description, served, "");
    }

    private static SolverPreset Preset(PresetManifest preset) =>
        new(preset.Solver, preset.Operator, preset.Correction, preset.Parameters.ToFrozenDictionary(StringComparer.Ordinal))
        {
            Named = preset.Named,
            GuidanceExponent = preset.GuidanceExponent,
            FullParameters = (preset.FullParameters ?? FrozenDictionary<string, double>.Empty).ToFrozenDictionary(StringComparer.Ordinal),
        };
}
