using System.Security.Cryptography;

namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Compares the files of a plugin's folder with its manifest. What lies beside the entry assembly is loaded when it asks for it, so that it is
/// checked just so: an exchanged or added library would run with the server's rights.
/// </summary>
internal static class PluginFiles
{
    private const string Dependencies = ".deps.json";
    private static readonly string[] Code = [".dll", ".so", ".dylib", ".exe", Dependencies, ".runtimeconfig.json"];

    /// <summary>Why a file is not the one of the manifest; null if it is.</summary>
    public static string? Mismatch(string path, string name, string expected)
    {
        using var stream = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        return string.Equals(hash, expected, StringComparison.OrdinalIgnoreCase) ? null : $"The SHA-256 of '{name}' is {hash}, but {PluginManifest.FileName} says '{expected}'.";
    }

    /// <summary>Which file beside the entry assembly does not belong there, or is missing; null if none.</summary>
    public static string? Stranger(PluginFolder folder, PluginManifest manifest)
    {
        var listed = manifest.Files ?? new Dictionary<string, string>();
        var there = Directory.EnumerateFiles(folder.FullPath, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder.FullPath, path).Replace(Path.DirectorySeparatorChar, '/'), StringComparer.Ordinal);
        if (listed.Keys.FirstOrDefault(name => !there.ContainsKey(name)) is { } missing)
        {
            return $"'{missing}', which {PluginManifest.FileName} lists, is missing.";
        }

        return there.Where(file => file.Key != manifest.EntryAssembly && IsCode(file.Key)).OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => Problem(file.Key, file.Value)).FirstOrDefault(problem => problem is not null);

        string? Problem(string name, string path) =>
            !ResolvedPath.IsBelow(path, folder.FullPath) ? $"'{name}' is a link that leads out of the plugin's folder."
            : listed.TryGetValue(name, out var expected) ? Mismatch(path, name, expected)
            // A list of dependencies is no code; the files that it can name are looked at.
            : manifest.Files is null && name.EndsWith(Dependencies, StringComparison.Ordinal) ? null
            : $"'{name}' is not among the files of {PluginManifest.FileName}: build the plugin anew, or take the file away.";
    }

    private static bool IsCode(string name) =>
        Array.Exists(Code, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || name.Contains(".so.", StringComparison.OrdinalIgnoreCase);
}
