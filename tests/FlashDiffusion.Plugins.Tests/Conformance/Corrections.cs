using FlashDiffusion.Correction;

namespace FlashDiffusion.Plugins.Tests.Conformance;

/// <summary>Corrections short enough for a law to be tried at many places.</summary>
internal static class Corrections
{
    private const int Updates = 12;

    /// <summary>Parameters of a few corrections.</summary>
    /// <param name="every">Every how many steps.</param>
    /// <param name="words">Choices beside it.</param>
    public static Dictionary<string, ParameterValue> Few(int every, params (string Name, string Word)[] words)
    {
        var values = words.ToDictionary(word => word.Name, word => ParameterValue.Of(word.Word), StringComparer.Ordinal);
        values[CorrectionParameters.Every] = ParameterValue.Of(every);
        values[CorrectionParameters.Updates] = ParameterValue.Of(Updates);
        return values;
    }
}
