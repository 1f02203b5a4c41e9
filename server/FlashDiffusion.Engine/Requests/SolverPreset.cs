using System.Collections.Frozen;

namespace FlashDiffusion.Engine.Requests;

/// <summary>What was tuned for a model with an operator and a solver; whatever a request leaves out takes it before the solver's own default.</summary>
/// <param name="Solver">Name of the solver.</param>
/// <param name="Operator">Name of the operator family.</param>
/// <param name="Correction">c of the noise correction; null leaves the default.</param>
/// <param name="Parameters">Numbers of the solver's parameters.</param>
internal sealed record SolverPreset(string Solver, string Operator, double? Correction, FrozenDictionary<string, double> Parameters)
{
    /// <summary>The solver's named preset that the rest stands on; null for none.</summary>
    public string? Named { get; init; }

    /// <summary>Numbers that were tuned for a start from pure noise, which wants less guidance than a start near the picture.</summary>
    public FrozenDictionary<string, double> FullParameters { get; init; } = FrozenDictionary<string, double>.Empty;

    /// <summary>
    /// Where a budget leaves n of N steps, guidance scales are multiplied by (N/n) to this power, unless
    /// <see cref="Configuration.EngineOptions.GuidanceExponent"/> says another; null if none was tuned.
    /// </summary>
    public double? GuidanceExponent { get; init; }

    /// <summary>The preset as it stands for a start from pure noise.</summary>
    /// <returns>Its own numbers for such starts over the others; how guidance grows in shortened chains was tuned for starts near the picture alone.</returns>
    public SolverPreset ForFull() => this with
    {
        GuidanceExponent = null,
        Parameters = Parameters.Where(pair => !FullParameters.ContainsKey(pair.Key)).Concat(FullParameters).ToFrozenDictionary(StringComparer.Ordinal),
    };
}
