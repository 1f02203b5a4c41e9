using System.Collections.Frozen;
using System.Text.RegularExpressions;
using FlashDiffusion.Models.Repository.CompVis;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>
/// The model repository on disk: <c>&lt;root&gt;/&lt;name&gt;/&lt;version&gt;/model.json</c> with weights beside it, or a published directory of
/// <c>config.yaml</c> and <c>model.ckpt</c> in the place of <c>&lt;version&gt;</c> or of <c>&lt;name&gt;</c>. A model is ready only after its weights
/// loaded strictly, it ran, and it gave the numbers stored with it; a broken one is reported and stops no other.
/// </summary>
internal sealed partial class ModelRepository
{
    private readonly string _root;
    private readonly Device _device;
    private readonly List<ModelEntry> _entries = [];
    private readonly List<LatentDiffusionModel> _models = [];
    private readonly List<(LatentDiffusionModel Model, SeverityEncoder Encoder)> _encoders = [];

    private ModelRepository(string root, Device device)
    {
        _root = root;
        _device = device;
    }

    /// <summary>Reads the repository and loads all that can be loaded. Called on the thread that will use the models.</summary>
    /// <exception cref="ModelRepositoryException">There is no such folder.</exception>
    public static ModelCatalog Load(string root, Device device)
    {
        var full = Path.GetFullPath(root);
        if (!Directory.Exists(full))
        {
            throw new ModelRepositoryException($"There is no model repository '{full}'.");
        }

        var repository = new ModelRepository(full, device);
        return repository.Load();
    }

    private ModelCatalog Load()
    {
        var manifests = Folders().Select(folder => (Folder: folder, Manifest: Read(folder))).ToArray();
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
            [.. _models.Select(model => new LoadedModel(model, EncodersOf(model)))]);
    }

    private FrozenDictionary<string, SeverityEncoder> EncodersOf(LatentDiffusionModel model)
        => _encoders.Where(item => item.Model == model).ToFrozenDictionary(item => item.Encoder.OperatorName, item => item.Encoder, StringComparer.Ordinal);

    private IEnumerable<ModelFolder> Folders() => Names(_root).SelectMany(Versions);

    private IEnumerable<ModelFolder> Versions(string model)
    {
        var path = Path.Combine(_root, model);
        return CompVisFolder.Recognises(path)
            ? [new ModelFolder(_root, model, CompVisFolder.OnlyVersion) { IsUnversioned = true }]
            : Names(path).Order(VersionOrder.Instance).Select(version => new ModelFolder(_root, model, version));
    }

    private static IEnumerable<string> Names(string folder)
        => Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(name => PlainName().IsMatch(name)).Order(StringComparer.Ordinal);

    private IModelManifest? Read(ModelFolder folder)
    {
        try
        {
            return CompVisFolder.Recognises(folder.Path) ? CompVisFolder.Read(folder) : ManifestFile.Read(folder);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _entries.Add(new ModelEntry(folder.Name, folder.Version, ModelKind.Unknown, ModelState.Broken, exception.Message, string.Empty));
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
            Try(entry, ModelKind.SeverityEncoder, manifest, () => Attach(model!, SeverityCheckpointLoader.Load(folder, file, manifest, model!)));
        }
    }

    // Anything may be wrong with a folder that people drop in; whatever it is, the other models are served.
    private void Try(ModelFolder folder, ModelKind kind, IModelManifest manifest, Action load)
    {
        var (state, message) = (ModelState.Ready, string.Empty);
        try
        {
            load();
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

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex PlainName();
}
