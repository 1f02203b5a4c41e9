using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>One JSON object that grows figure by figure, so that a run that was cut can go on.</summary>
/// <param name="path">Its file.</param>
internal sealed class FigureFile(string path)
{
    private const string Details = "details";
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>Adds figures; those of the same names are replaced.</summary>
    /// <param name="name">Name of the figure.</param>
    /// <param name="figures">What it measured.</param>
    /// <param name="options">Options of the run.</param>
    /// <param name="took">How long it measured.</param>
    public void Add(string name, JsonObject figures, MacroOptions options, TimeSpan took)
    {
        var root = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        foreach (var (key, value) in figures.Where(pair => pair.Key != Details))
        {
            root[key] = value?.DeepClone();
        }

        var details = figures[Details]?.DeepClone().AsObject() ?? [];
        details["quick"] = options.Quick;
        details["measured_at"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        details["seconds"] = Math.Round(took.TotalSeconds, 1);
        details["processors"] = Environment.ProcessorCount;
        details["system"] = RuntimeInformation.OSDescription;
        details["server_arguments"] = new JsonArray([.. options.Server.Select(argument => JsonValue.Create(argument))]);
        var all = root[Details]?.AsObject() ?? [];
        root[Details] = null;
        all[name] = details;
        root[Details] = all;
        root["quick"] = all.Any(pair => pair.Value?["quick"]?.GetValue<bool>() == true);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, root.ToJsonString(Format) + "\n");
    }
}
