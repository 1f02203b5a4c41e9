using System.Collections.Frozen;
using System.Globalization;
using FlashDiffusion.Models.Repository.CompVis;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>
/// The model repository on disk: <c>&lt;root&gt;/&lt;name&gt;/&lt;version&gt;/model.json</c> with weights beside it, or a published directory of
/// <c>config.yaml</c> and <c>model.ckpt</c> in the place of <c>&lt;version&gt;</c> or of <c>&lt;name&gt;</c>. A model is ready only after its weights
/// loaded strictly, it ran, and it gave the numbers stored with it; a broken one is reported and stops no other.
/// </summary>
internal sealed class ModelRepository
{
    private readonly string _root;
    private readonly Device _device;
    private readonly ModelSelection? _only;
    private readonly List<ModelEntry> _entries = [];
    private readonly List<LatentDiffusionModel> _models = [];
    private readonly List<(LatentDiffusionModel Model, SeverityEncoder Encoder)> _encoders = [];

    private readonly string? _single;
    private long? _budget;

    private ModelRepository(string root, Device device, ModelSelection? only, long? budget, string? single)
    {
        _root = root;
        _single = single;
        _device = device;
        _only = only;
        _budget = budget;
    }

    /// <summary>Reads the repository and loads all that can be loaded. Called on the thread that will use the models.</summary>
    /// <param name="root">Folder of the repository.</param>
    /// <param name="device">Where the weights go.</param>
    /// <param name="only">The one model to load, with its severity encoders; null for all.</param>
    /// <param name="budget">Bytes that weights may take; what does not fit is refused before anything is allocated. Null for no limit.</param>
    /// <param name="single">Name of the one model that the folder itself holds, instead of a repository; null for a repository.</param>
    /// <exception cref="ModelRepositoryException">There is no such folder.</exception>
    public static ModelCatalog Load(string root, Device device, ModelSelection? only = null, long? budget = null, string? single = null) =>
        new ModelRepository(Existing(root), device, only, budget, single).Load();

    /// <summary>Whether a folder is a model itself: with its files, or with versions of it.</summary>
    public static bool IsModel(string path) => CompVisFolder.Recognises(path) || HasManifest(path) || (Directory.Exists(path) && Names(path).Any(name => HasManifest(Path.Combine(path, name))));

    private static bool HasManifest(string path) => File.Exists(Path.Combine(path, ManifestFile.FileName));

    /// <summary>Every version of a model that has a folder, the newest last; none for a name that is no plain one.</summary>
    /// <param name="root">Folder of the repository.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="single">Name of the one model that the folder itself holds; null for a repository.</param>
    public static IReadOnlyList<string> VersionsOf(string root, string name, string? single = null)
    {
        var repository = new ModelRepository(Existing(root), CPU, null, null, single);
        return ModelSelection.IsPlainName(name) && (single is null ? Directory.Exists(Path.Combine(repository._root, name)) : name == single)
            ? [.. repository.Versions(name).Select(folder => folder.Version)]
            : [];
    }

    private static string Existing(string root)
    {
        var full = Path.GetFullPath(root);
        return Directory.Exists(full) ? full : throw new ModelRepositoryException($"There is no model repository '{full}'.");
    }

    private ModelCatalog Load()
    {
        var manifests = Folders().Select(folder => (Folder: folder, Manifest: Read(folder)))
            .Where(item => _only?.Includes(item.Folder, item.Manifest) != false).ToArray();
        foreach (var (folder, manifest) in manifests.Where(item => item.Manifest is LatentDiffusionManifest))
        {
            Try(folder, ModelKind.LatentDiffusion, manifest!, () => _models.Add(LatentDiffusionLoader.Load(folder, (LatentDiffusionManifest)manifest!, _device)));
        }

        foreach (var (folder, manifest) in manifests.Where(item => item.Manifest is CompVisManifest))
        {
            LoadPublished(folder, (CompVisManifest)manifest!);
        }

        foreach (var (folder, manifest) in manifests.Where(item => item.Manifest is SeverityEncoderManifest))
        {
            Try(folder, ModelKind.SeverityEncoder, manifest!, () => Attach(folder, (SeverityEncoderManifest)manifest!));
        }

        return new ModelCatalog(
            [.. _entries.OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenBy(entry => entry.Version, VersionOrder.Instance)],
            [.. _models.OrderBy(model => model.Name, StringComparer.Ordinal).ThenBy(model => model.Version, VersionOrder.Instance).Select(model => new LoadedModel(model, EncodersOf(model)))]);
    }

    private FrozenDictionary<string, SeverityEncoder> EncodersOf(LatentDiffusionModel model)
        => _encoders.Where(item => item.Model == model).ToFrozenDictionary(item => item.Encoder.OperatorName, item => item.Encoder, StringComparer.Ordinal);

    private IEnumerable<ModelFolder> Folders() => _single is null ? Names(_root).SelectMany(Versions) : Versions(_single);

    private IEnumerable<ModelFolder> Versions(string model)
    {
        if (_single is not null)
        {
            return CompVisFolder.Recognises(_root) || HasManifest(_root)
                ? [new ModelFolder(_root, model, CompVisFolder.OnlyVersion) { Location = _root }]
                : Names(_root).Where(name => HasManifest(Path.Combine(_root, name))).Order(VersionOrder.Instance)
                    .Select(version => new ModelFolder(_root, model, version) { Location = Path.Combine(_root, version) });
        }

        var path = Path.Combine(_root, model);
        return CompVisFolder.Recognises(path)
            ? [new ModelFolder(_root, model, CompVisFolder.OnlyVersion) { IsUnversioned = true }]
            : Names(path).Order(VersionOrder.Instance).Select(version => new ModelFolder(_root, model, version));
    }

    private static IEnumerable<string> Names(string folder)
        => Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(ModelSelection.IsPlainName).Order(StringComparer.Ordinal);

    private IModelManifest? Read(ModelFolder folder)
    {
        try
        {
            return CompVisFolder.Recognises(folder.Path) ? CompVisFolder.Read(folder) : ManifestFile.Read(folder);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (_only?.Includes(folder, null) != false)
            {
                _entries.Add(new ModelEntry(folder.Name, folder.Version, ModelKind.Unknown, ModelState.Broken, exception.Message, string.Empty));
            }

            return null;
        }
    }

    private void LoadPublished(ModelFolder folder, CompVisManifest manifest)
    {
        LatentDiffusionModel? model = null;
        Try(folder, ModelKind.LatentDiffusion, manifest, () => _models.Add(model = CompVisLoader.Load(folder, manifest, _device)));
        foreach (var file in model is null ? [] : CompVisFolder.SeverityCheckpoints(folder))
        {
            var entry = folder with { Name = $"{folder.Name}/{Path.GetFileNameWithoutExtension(file)}" };
            Try(entry, ModelKind.SeverityEncoder, manifest, () => Attach(model!, SeverityCheckpointLoader.Load(folder, file, manifest, model!)), () => new FileInfo(folder.Resolve(file)).Length);
        }
    }

    // Anything may be wrong with a folder that people drop in; whatever it is, the other models are served.
    private void Try(ModelFolder folder, ModelKind kind, IModelManifest manifest, Action load, Func<long>? size = null)
    {
        var (state, message) = (ModelState.Ready, string.Empty);
        try
        {
            var bytes = _budget is null ? 0 : size?.Invoke() ?? WeightBytes.Of(folder, manifest);
            if (bytes > _budget)
            {
                (state, message) = (ModelState.OverBudget, TooLarge(bytes, _budget.Value));
            }
            else
            {
                load();
                _budget -= bytes;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            (state, message) = (ModelState.Broken, exception.Message);
        }

        _entries.Add(new ModelEntry(folder.Name, folder.Version, kind, state, message, manifest.Description));
    }

    private void Attach(ModelFolder folder, SeverityEncoderManifest manifest)
    {
        var model = _models.Find(candidate => candidate.Name == manifest.Model && candidate.Version == manifest.ModelVersion)
            ?? throw new ModelRepositoryException($"Its model '{manifest.Model}' version '{manifest.ModelVersion}' is not ready.");
        Attach(model, SeverityEncoderLoader.Load(folder, manifest, model));
    }

    private void Attach(LatentDiffusionModel model, SeverityEncoder encoder)
    {
        if (_encoders.Any(item => item.Model == model && item.Encoder.OperatorName == encoder.OperatorName))
        {
            encoder.Dispose();
            throw new ModelRepositoryException($"'{model.Name}' version '{model.Version}' has another severity encoder for '{encoder.OperatorName}' already.");
        }

        _encoders.Add((model, encoder));
    }

    private static string TooLarge(long bytes, long free) => string.Create(
        CultureInfo.InvariantCulture, $"Its weights take {bytes / 1048576.0:0.#} MiB, and of the memory for weights {Math.Max(0, free) / 1048576.0:0.#} MiB are free.");
}
