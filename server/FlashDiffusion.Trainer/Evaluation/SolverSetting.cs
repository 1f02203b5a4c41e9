using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Models.Repository;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>What a solver runs with for one operator.</summary>
/// <param name="Correction">c of the noise correction.</param>
/// <param name="Parameters">Numbers of its parameters; those left out take their defaults.</param>
internal sealed record SolverSetting(double Correction, IReadOnlyDictionary<string, double> Parameters)
{
    private const double DefaultCorrection = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The presets of a model's manifest, so that a comparison runs what a plain request gets.</summary>
    /// <param name="manifest">A <c>model.json</c>.</param>
    public static IReadOnlyList<PresetManifest> Presets(string manifest)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(manifest));
        return document.RootElement.TryGetProperty("presets", out var presets) ? presets.Deserialize<List<PresetManifest>>(Format) ?? [] : [];
    }

    /// <summary>The preset of a solver and an operator, with some numbers replaced.</summary>
    public static SolverSetting Of(IReadOnlyList<PresetManifest> presets, string solver, string operatorName, IReadOnlyDictionary<string, double> overrides)
    {
        var preset = presets.FirstOrDefault(candidate => candidate.Solver == solver && candidate.Operator == operatorName);
        var parameters = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in (preset?.Parameters ?? new Dictionary<string, double>()).Concat(overrides))
        {
            parameters[name] = value;
        }

        return new SolverSetting(preset?.Correction ?? DefaultCorrection, parameters);
    }

    /// <summary>Names a row of the store: results of other settings are never mixed in.</summary>
    public string Tag(string solver, string version, string operatorName) => string.Create(
        CultureInfo.InvariantCulture,
        $"{operatorName}-{solver}{version}-c{Correction}{string.Concat(Parameters.Select(pair => $"-{pair.Key}{pair.Value.ToString(CultureInfo.InvariantCulture)}"))}");
}
