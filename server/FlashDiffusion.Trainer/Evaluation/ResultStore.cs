using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>
/// Results on disk as JSON lines, one file a row of the table, written as they come: an evaluation that is cut goes on where
/// it stopped. The key names weights and settings; results under another key are not used.
/// </summary>
internal sealed class ResultStore(string folder)
{
    // A broken chain's figures are NaN: they are stored as such, so that the run goes on and the crop is not tried again.
    private static readonly JsonSerializerOptions Format = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>What is stored of a row, by crop.</summary>
    public IReadOnlyDictionary<int, CropQuality> Read(string row, string key)
    {
        var path = PathOf(row, key);
        return File.Exists(path)
            ? File.ReadAllLines(path).Select(line => JsonSerializer.Deserialize<CropQuality>(line, Format)!).GroupBy(quality => quality.Crop)
                .ToDictionary(group => group.Key, group => group.Last())
            : new Dictionary<int, CropQuality>();
    }

    public void Append(string row, string key, CropQuality quality)
    {
        Directory.CreateDirectory(folder);
        File.AppendAllText(PathOf(row, key), JsonSerializer.Serialize(quality, Format) + "\n");
    }

    /// <summary>Figures of a severity encoder, measured once.</summary>
    public SeverityFigures Severity(string operatorName, string key, Func<SeverityFigures> measure)
    {
        var path = Path.Combine(folder, $"{operatorName}-severity-{key}.json");
        if (File.Exists(path))
        {
            return JsonSerializer.Deserialize<SeverityFigures>(File.ReadAllText(path))!;
        }

        var figures = measure();
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, JsonSerializer.Serialize(figures));
        return figures;
    }

    private string PathOf(string row, string key) => Path.Combine(folder, $"{row}-{key}.jsonl");
}
