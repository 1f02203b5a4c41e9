using System.Text.Json;
using System.Text.Json.Serialization;
using FlashDiffusion.Server.Security.Files;

namespace FlashDiffusion.Server.Curves;

/// <summary>Reads and writes the file of measured curves. Readers find what was written last as a whole, or what was there before.</summary>
internal static class CurveFile
{
    /// <summary>What the name of the file that is being written ends with.</summary>
    public const string Unfinished = ".new";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Why there is nothing; empty if there is no file.</param>
    /// <returns>What is in it; null if it can't be used.</returns>
    public static StoredCurves? Read(string path, out string problem)
    {
        problem = "";
        return File.Exists(path) ? FileContent.Read<StoredCurves>(path, Parse, out problem) : null;
    }

    /// <summary>Takes the place of what the file held.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="curves">What was measured.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, StoredCurves curves)
    {
        // One that two servers share is written by one at a time.
        using (var file = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, curves, Options);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + Unfinished, path, overwrite: true);
    }

    private static StoredCurves? Parse(string text, out string problem)
    {
        problem = "";
        try
        {
            if (JsonSerializer.Deserialize<StoredCurves>(text, Options) is { } curves)
            {
                _ = curves.Curves();
                return curves;
            }

            problem = "it is empty.";
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            problem = $"it is damaged, or another version's: {exception.Message}";
        }

        return null;
    }
}
