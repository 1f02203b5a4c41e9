using System.Collections.Frozen;

namespace FlashDiffusion;

/// <summary>Settings of a solver under a name, for example those of a cell of a paper's table. They hold for that paper's models.</summary>
/// <param name="Name">Name in the API, lower_snake_case.</param>
/// <param name="Correction">c of the start's noise correction; null leaves the default.</param>
/// <param name="Parameters">Numbers of the solver's parameters.</param>
public sealed record NamedPreset(string Name, double? Correction, FrozenDictionary<string, double> Parameters)
{
    /// <summary>Sampler that the settings were made for; null for any.</summary>
    public SamplingSpec? Sampling { get; init; }
}
