using System.Collections.Immutable;

namespace FlashDiffusion.Models.Repository;

/// <summary>What one reading of the repository gave: every folder with its state, and the models that are ready.</summary>
/// <param name="Entries">All version folders, broken ones too, by name and version.</param>
/// <param name="Models">Models that are ready, by name and version.</param>
internal sealed record ModelCatalog(ImmutableArray<ModelEntry> Entries, ImmutableArray<LoadedModel> Models) : IDisposable
{
    /// <summary>The newest ready version of a model, or the one that is asked for; null where there is none.</summary>
    public LoadedModel? Find(string name, string? version = null)
        => Models.LastOrDefault(loaded => loaded.Model.Name == name && (version is null || loaded.Model.Version == version));

    public void Dispose()
    {
        foreach (var model in Models)
        {
            model.Dispose();
        }
    }
}
