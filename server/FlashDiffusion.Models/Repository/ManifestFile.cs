using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Repository;

/// <summary>Reads and writes <c>model.json</c>. A member that is not known is an error: it would be a wish that nobody fulfils.</summary>
internal static class ManifestFile
{
    public const string FileName = "model.json";
    private const string KindMember = "kind";
    private const long MaxBytes = 1 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
    };

    /// <exception cref="ModelRepositoryException">The file is absent, too long or not a manifest.</exception>
    public static IModelManifest Read(ModelFolder folder)
    {
        var path = folder.Resolve(FileName);
        if (!File.Exists(path))
        {
            throw new ModelRepositoryException($"There is no {FileName}.");
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new ModelRepositoryException($"{FileName} is longer than {MaxBytes} bytes.");
        }

        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ModelRepositoryException($"{FileName} is not understood: {exception.Message}", exception);
        }
    }

    public static void Write<T>(string folder, T manifest)
        where T : IModelManifest
    {
        var json = JsonSerializer.Serialize(manifest, Options);
        File.WriteAllText(Path.Combine(folder, FileName), json + "\n");
    }

    private static IModelManifest Parse(string json)
    {
        var node = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("it is not an object");
        var kind = node[KindMember]?.GetValue<string>();
        IModelManifest? manifest = kind switch
        {
            LatentDiffusionManifest.KindName => node.Deserialize<LatentDiffusionManifest>(Options),
            SeverityEncoderManifest.KindName => node.Deserialize<SeverityEncoderManifest>(Options),
            _ => throw new JsonException($"its kind is '{kind}'; '{LatentDiffusionManifest.KindName}' and '{SeverityEncoderManifest.KindName}' are known"),
        };
        return manifest ?? throw new JsonException("it is null");
    }
}
