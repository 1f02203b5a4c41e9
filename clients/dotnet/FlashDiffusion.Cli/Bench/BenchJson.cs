using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Cli.Bench;

/// <summary>Figures for programs.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BenchFigures))]
internal sealed partial class BenchJson : JsonSerializerContext
{
    public static string Write(BenchFigures figures) => JsonSerializer.Serialize(figures, Default.BenchFigures);
}
