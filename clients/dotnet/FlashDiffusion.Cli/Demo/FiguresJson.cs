using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Cli.Demo;

/// <summary>Figures for programs.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(DemoFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext
{
    public static string Write(DemoFigures figures) => JsonSerializer.Serialize(figures, Default.DemoFigures);
}
