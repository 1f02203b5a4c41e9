using System.Globalization;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Server.Requests;

/// <summary>Tells the caller which numbers came from the model's preset and not from the request.</summary>
internal static class PresetNotice
{
    public static IEnumerable<Notice> Of(SolverPreset? preset, V1.ReconstructRequest message)
    {
        if (preset is null)
        {
            yield break;
        }

        var used = preset.Parameters
            .Where(pair => message.Solver is null || !message.Solver.Parameters.ContainsKey(pair.Key))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"))
            .ToList();
        if (preset.Correction is { } correction && message.Adaptation?.HasCorrection != true && message.Adaptation?.Mode != V1.AdaptationMode.Full)
        {
            used.Add(string.Create(CultureInfo.InvariantCulture, $"correction {correction}"));
        }

        if (used.Count > 0)
        {
            var (comes, was, them) = used.Count == 1 ? ("comes", "was", "it") : ("come", "were", "them");
            var whose = preset.Named is { } named
                ? $"{comes} from the preset '{named}' of '{preset.Solver}', made for its paper's models"
                : $"{was} tuned for this model, '{preset.Operator}' and '{preset.Solver}'";
            yield return new Notice("PRESET_APPLIED", $"{string.Join(" and ", used)} {whose}; say {them} in the request to choose otherwise.");
        }
    }
}
