using FlashDiffusion.Server.Catalogs;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Puts the models that were loaded on each device together.</summary>
internal static class ModelReplicas
{
    /// <summary>One entry a model; a model that failed on one device is failed.</summary>
    /// <param name="loaded">What was loaded on each device, from the same folder.</param>
    public static IReadOnlyList<ModelEntry> Of(IReadOnlyList<IReadOnlyList<ModelEntry>> loaded) =>
        loaded.Count == 1 ? loaded[0] : [.. loaded[0].Select(entry => Join([.. loaded.Select(entries => entries.FirstOrDefault(other => (other.Name, other.Version) == (entry.Name, entry.Version)))]))];

    private static ModelEntry Join(ModelEntry?[] entries)
    {
        var first = entries[0]!;
        if (Array.Find(entries, entry => entry is not { IsReady: true }) is { } broken)
        {
            return broken;
        }

        return entries.All(entry => entry is not null)
            ? first with { Model = first.Model! with { Replicas = [.. entries.Select(entry => entry!.Model!)] } }
            : first.Without(ServedState.Failed, "It was not found on every device; its folder changed meanwhile.");
    }
}
