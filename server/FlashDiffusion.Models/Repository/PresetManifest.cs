using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Repository;

/// <summary>What was tuned for a model, an operator and a solver on held-out pictures; a request that says nothing gets it.</summary>
internal sealed record PresetManifest
{
    /// <summary>Name of the solver.</summary>
    public required string Solver { get; init; }

    /// <summary>Name of the operator family.</summary>
    public required string Operator { get; init; }

    /// <summary>Name of a preset of the solver that the rest of this stands on, for example one of a paper's; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Named { get; init; }

    /// <summary>c of the noise correction; null leaves the default.</summary>
    public double? Correction { get; init; }

    /// <summary>Numbers of the solver's parameters.</summary>
    public IReadOnlyDictionary<string, double> Parameters { get; init; } = new Dictionary<string, double>();

    /// <summary>Numbers that were tuned for a start from pure noise and stand there instead; null where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? FullParameters { get; init; }

    /// <summary>
    /// Where a budget leaves n of N steps, guidance scales are multiplied by (N/n) to this power, in [-1, 1]; null if none was tuned.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? GuidanceExponent { get; init; }
}
