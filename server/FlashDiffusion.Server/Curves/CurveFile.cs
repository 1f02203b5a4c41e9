using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FlashDiffusion.Server.Security.Files;

namespace FlashDiffusion.Server.Curves;

/// <summary>Reads and writes the file of measured curves. Readers find what was written last as a whole, or what was there before.</summary>
internal static class CurveFile
{
    /// <summary>What is added to the name of a file that is put aside.</summary>
    public const string Old = ".old";

    /// <summary>What the name of a file ends with while it is written.</summary>
    public const string New = ".new";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>What is written, before it takes the place of the file: each process that has the same file writes its own.</summary>
    public static string Unfinished(string path) => string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.MachineName}.{Environment.ProcessId}{New}");

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Why there is nothing; empty if there is no file.</param>
    /// <returns>What is in it; null if it can't be used.</returns>
    public static StoredCurves? Read(string path, out string problem)
    {
        problem = "";
        if (IsWithoutContent(path))
        {
            problem = $"'{path}' is damaged: it is empty, or no regular file.";
            return null;
        }

        return File.Exists(path) ? FileContent.Read<StoredCurves>(path, Parse, out problem) : null;
    }

    /// <summary>Puts a file that holds no curves aside, as FILE.old instead of what had that name: who mistypes a name must not lose the file that he named.</summary>
    /// <exception cref="IOException">It can't be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be moved.</exception>
    public static void PutAside(string path)
    {
        RefuseToReplace(path);
        if (Read(path, out var problem) is null && problem.Length > 0)
        {
            File.Move(path, path + Old, overwrite: true);
        }
    }

    /// <summary>Takes the place of what the file held. Of more curves than can be read again those of the most units are written.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="curves">What was measured.</param>
    /// <exception cref="IOException">It can't be written, or what is there has no content: it may be a device.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, StoredCurves curves)
    {
        RefuseToReplace(path);
        var unfinished = Unfinished(path);
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(Bytes(curves));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static byte[] Bytes(StoredCurves curves)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(curves, Options);
        while (bytes.Length > FileContent.Largest && curves.Devices.Any(lanes => lanes.Length > 0))
        {
            curves = curves.Half();
            bytes = JsonSerializer.SerializeToUtf8Bytes(curves, Options);
        }

        return bytes;
    }

    private static void RefuseToReplace(string path)
    {
        if (IsWithoutContent(path))
        {
            throw new IOException($"'{path}' is empty, or no regular file, and is not replaced. Delete it, or name another file.");
        }
    }

    // Devices and pipes have no length. The framework does not tell them from empty files, and to open one may wait for ever.
    private static bool IsWithoutContent(string path)
    {
        var file = new FileInfo(path);
        return File.Exists(path) && (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };
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
        catch (JsonException exception)
        {
            // Not its message: that repeats names of whatever file this is.
            problem = string.Create(CultureInfo.InvariantCulture, $"it is damaged, or another version's, at line {exception.LineNumber + 1}.");
        }
        catch (InvalidDataException exception)
        {
            problem = $"it is damaged, or another version's: {exception.Message}";
        }

        return null;
    }
}
