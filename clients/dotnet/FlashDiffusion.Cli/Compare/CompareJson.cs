using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Cli.Compare;

/// <summary>Figures for programs.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CompareFigures))]
internal sealed partial class CompareJson : JsonSerializerContext
{
    public static string Write(CompareFigures figures) => JsonSerializer.Serialize(figures, Default.CompareFigures);
}
