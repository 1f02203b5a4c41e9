using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Answers;

/// <summary>Turns what was tuned for a model into answers of the API: the numbers that a request without any is run with.</summary>
internal static class TunedParametersMapper
{
    public static IEnumerable<V1.TunedParameters> Of(ServedModel model, SolverCatalog solvers) => model.Presets
        .OrderBy(preset => preset.Solver, StringComparer.Ordinal)
        .ThenBy(preset => preset.Operator, StringComparer.Ordinal)
        .Select(preset => One(preset, solvers.Find(preset.Solver)?.Solver?.Descriptor));

    private static V1.TunedParameters One(SolverPreset tuned, SolverDescriptor? solver)
    {
        var preset = PresetPicker.Pick(solver, null, tuned, tuned.Operator, Compatibility.Standard).Preset!;
        var message = new V1.TunedParameters { Solver = solver?.Name ?? tuned.Solver, Operator = tuned.Operator, Preset = preset.Named ?? "" };
        message.Parameters.Add(preset.Parameters);
        message.FullParameters.Add(tuned.FullParameters);
        if (preset.Correction is { } correction)
        {
            message.Correction = correction;
        }

        return message;
    }
}
