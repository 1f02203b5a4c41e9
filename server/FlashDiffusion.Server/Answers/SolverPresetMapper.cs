using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Answers;

/// <summary>Turns the named presets of a solver into answers of the API: what a request that picks one is run with.</summary>
internal static class SolverPresetMapper
{
    public static IEnumerable<V1.SolverPreset> Of(SolverDescriptor solver) => solver.Presets.IsDefault ? [] : solver.Presets.Select(One);

    private static V1.SolverPreset One(NamedPreset preset)
    {
        var message = new V1.SolverPreset { Name = preset.Name, Sampling = SamplingReader.MessageOf(preset.Sampling) };
        message.Parameters.Add(preset.ParametersFor(Compatibility.Standard));
        message.OfficialParameters.Add(preset.ParametersFor(Compatibility.Official));
        if (preset.Correction is { } correction)
        {
            message.Correction = correction;
        }

        return message;
    }
}
