using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>Finds the model that a request names.</summary>
internal static class ModelReader
{
    /// <summary>A model that is ready; null if there is none, with the reason in <paramref name="problems"/>.</summary>
    public static ModelEntry? Read(ModelCatalog models, string name, string version, RequestProblems problems)
    {
        var field = version.Length > 0 ? "model_version" : "model";
        if (models.Find(name, version) is not { } entry)
        {
            var shown = (name.Length > 0 ? name : models.DefaultModel) + (version.Length > 0 ? $" version {version}" : "");
            var ready = models.Entries.Where(model => model.IsReady).Select(model => $"{model.Name} {model.Version}").ToList();
            var known = ready.Count == 0 ? "no model is ready" : "ready are " + string.Join(", ", ready);
            problems.AddMissing(field, new MissingResource("model", shown, $"There is no model '{shown}'; {known}."));
            return null;
        }

        if (!entry.IsReady)
        {
            problems.AddNotReady(field, $"model/{entry.Name}", $"The model '{entry.Name}' version {entry.Version} can't be used: {entry.Reason}");
            return null;
        }

        return entry;
    }
}
