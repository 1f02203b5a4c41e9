using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>Picks what stands in for the numbers that a request leaves out: the solver's named preset, or what was tuned for the model.</summary>
internal static class PresetPicker
{
    /// <param name="solver">The solver; null if there is none of that name.</param>
    /// <param name="choice">What the request says of it.</param>
    /// <param name="tuned">The model's own preset; null if it has none, or in official mode, which knows nothing of a model's tuning.</param>
    /// <param name="operatorName">The operator's family.</param>
    /// <param name="compatibility">The mode.</param>
    /// <returns>Numbers and sampler; nulls if nothing stands in.</returns>
    public static (SolverPreset? Preset, SamplingSpec? Sampling) Pick(
        SolverDescriptor? solver, V1.SolverChoice? choice, SolverPreset? tuned, string? operatorName, Compatibility compatibility)
    {
        var asked = choice?.Parameters.TryGetValue(NamedPreset.ParameterName, out var value) == true ? value.Text : null;
        if (solver is null || Find(solver, asked ?? tuned?.Named) is not { } named)
        {
            return (tuned, null);
        }

        var numbers = named.ParametersFor(compatibility);
        var preset = new SolverPreset(solver.Name, operatorName ?? "", named.Correction, numbers) { Named = named.Name };
        return asked is not null || tuned is null ? (preset, named.Sampling) : (Over(preset, tuned), named.Sampling);
    }

    private static NamedPreset? Find(SolverDescriptor solver, string? name) => solver.Presets.IsDefault ? null : solver.Presets.FirstOrDefault(preset => preset.Name == name);

    // The model's own numbers win over those that it stands on.
    private static SolverPreset Over(SolverPreset named, SolverPreset tuned) => named with
    {
        Correction = tuned.Correction ?? named.Correction,
        GuidanceExponent = tuned.GuidanceExponent,
        Parameters = named.Parameters.Concat(tuned.Parameters).GroupBy(pair => pair.Key, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal),
    };
}
