using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Cli.Json;

/// <summary>The option <c>--json</c> and what it writes to standard output, where nothing else goes then.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Line) { WriteIndented = true };

    public static Option<bool> Option() => new("--json") { Description = "Print JSON for scripts, and nothing else, to standard output." };

    /// <summary>For commands that print as they go.</summary>
    public static Option<bool> LinesOption(string what) => new("--json") { Description = $"Print {what} as a line of JSON, and nothing else, to standard output." };

    public static void Write(CliContext context, JsonNode value) => context.Console.Profile.Out.Writer.WriteLine(value.ToJsonString(Indented));

    public static void WriteLine(CliContext context, JsonNode value)
    {
        var writer = context.Console.Profile.Out.Writer;
        lock (writer)
        {
            writer.WriteLine(value.ToJsonString(Line));
            writer.Flush();
        }
    }
}
