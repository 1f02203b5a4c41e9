using System.Text.Json;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Packaging;

/// <summary>Turns what was tuned on held-out pictures into presets, so that a plain request gets the card's figures.</summary>
internal static class TunedPresets
{
    private const string Solver = "latent_dps";
    private const string GuidanceScale = "guidance_scale";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Presets of the solvers that <c>tune</c> does not know, as <c>compare-solvers</c> helped to choose them.</summary>
    /// <param name="path">A JSON list in the form that <c>model.json</c> has.</param>
    public static IReadOnlyList<PresetManifest> OfOtherSolvers(string path) =>
        JsonSerializer.Deserialize<List<PresetManifest>>(File.ReadAllText(path), Format) ?? [];

    /// <summary>Presets of latent DPS.</summary>
    /// <param name="tuning">Choices by operator family.</param>
    public static IReadOnlyList<PresetManifest> Of(IReadOnlyDictionary<string, OperatorTuning> tuning) =>
    [
        .. tuning.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new PresetManifest
        {
            Solver = Solver,
            Operator = TrainedFamily.Of(pair.Key).Operator,
            Correction = pair.Value.Correction,
            Parameters = new Dictionary<string, double> { [GuidanceScale] = pair.Value.Guidance },
            GuidanceExponent = pair.Value.GuidanceExponent,
            FullParameters = new Dictionary<string, double> { [GuidanceScale] = pair.Value.FullGuidance },
        }),
    ];
}
