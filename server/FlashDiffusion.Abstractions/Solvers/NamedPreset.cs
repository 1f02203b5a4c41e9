using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>
/// Settings of a solver under a name, for example those of a cell of a paper's table; they hold for that paper's models. A request picks
/// one by the parameter <see cref="ParameterName"/>, a model by its manifest; whatever is said beside it wins.
/// </summary>
/// <param name="Name">Name in the API, lower_snake_case.</param>
/// <param name="Correction">c of the start's noise correction; null leaves the default.</param>
/// <param name="Parameters">Numbers of the solver's parameters in official mode.</param>
public sealed record NamedPreset(string Name, double? Correction, FrozenDictionary<string, double> Parameters)
{
    /// <summary>The solver's parameter that picks a preset.</summary>
    public const string ParameterName = "preset";

    /// <summary>Word of that parameter for no preset.</summary>
    public const string None = "none";

    /// <summary>Numbers in standard mode; null if they are those of official mode.</summary>
    public FrozenDictionary<string, double>? StandardParameters { get; init; }

    /// <summary>Sampler that the settings were made for; null for any.</summary>
    public SamplingSpec? Sampling { get; init; }

    /// <summary>The parameter that lets a request pick one of a solver's presets; the solver itself need not read it.</summary>
    /// <param name="presets">The solver's presets.</param>
    /// <returns>The descriptor.</returns>
    public static ParameterDescriptor ChoiceOf(ImmutableArray<NamedPreset> presets) => ParameterDescriptor.Choice(
        ParameterName,
        "Published settings of this solver for a task and data set, the start's correction and the sampler included; whatever the request says itself wins.",
        [None, .. presets.Select(preset => preset.Name)]);

    /// <summary>Numbers of the solver's parameters in a mode.</summary>
    /// <param name="compatibility">The mode.</param>
    /// <returns>The numbers.</returns>
    public FrozenDictionary<string, double> ParametersFor(Compatibility compatibility) =>
        compatibility == Compatibility.Standard ? StandardParameters ?? Parameters : Parameters;
}
