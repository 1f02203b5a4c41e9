using FlashDiffusion.Models.Repository;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Packaging;

/// <summary>Turns what was tuned on held-out pictures into presets, so that a plain request gets the card's figures.</summary>
internal static class TunedPresets
{
    private const string Solver = "latent_dps";
    private const string GuidanceScale = "guidance_scale";

    /// <param name="tuning">Choices by operator family.</param>
    public static IReadOnlyList<PresetManifest> Of(IReadOnlyDictionary<string, OperatorTuning> tuning) =>
    [
        .. tuning.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new PresetManifest
        {
            Solver = Solver,
            Operator = TrainedFamily.Of(pair.Key).Operator,
            Correction = pair.Value.Correction,
            Parameters = new Dictionary<string, double> { [GuidanceScale] = pair.Value.Guidance },
        }),
    ];
}
