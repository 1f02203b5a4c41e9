using System.Text;

namespace FlashDiffusion.Server.Security.Files;

/// <summary>Reads small files of an operator. Messages name the file and what is wrong with it, never its content.</summary>
internal static class FileContent
{
    /// <summary>Bytes of the largest file that is read.</summary>
    public const long Largest = 4 * 1024 * 1024;

    /// <summary>Turns a text into a value, or says what is wrong with it.</summary>
    public delegate T? Parser<T>(string text, out string problem)
        where T : class;

    /// <summary>The value of a file; null with the reason if there is none.</summary>
    public static T? Read<T>(string path, Parser<T> parse, out string problem)
        where T : class
    {
        if (Bytes(path, out problem) is not { } bytes)
        {
            return null;
        }

        var value = parse(Encoding.UTF8.GetString(bytes), out var wrong);
        problem = value is null ? $"'{path}': {wrong}" : "";
        return value;
    }

    /// <summary>All bytes; null with the reason if they can't be read.</summary>
    public static byte[]? Bytes(string path, out string problem)
    {
        problem = "";
        try
        {
            if (new FileInfo(path).Length <= Largest)
            {
                return File.ReadAllBytes(path);
            }

            problem = $"'{path}' is larger than {Largest} bytes.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"'{path}' can't be read: {(File.Exists(path) ? exception.Message : "there is no such file.")}";
        }

        return null;
    }
}
