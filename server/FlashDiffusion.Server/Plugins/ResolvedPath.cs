namespace FlashDiffusion.Server.Plugins;

/// <summary>Where a path really leads: every link on the way followed.</summary>
internal static class ResolvedPath
{
    /// <summary>The path without links. Parts that do not exist stay as they are.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var resolved = Path.GetPathRoot(full)!;
        foreach (var part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            // A target may itself lie below links, so it is resolved from its root again.
            resolved = info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Of(target.FullName) : next;
        }

        return resolved;
    }

    /// <summary>Whether <paramref name="path"/>, links followed, lies below <paramref name="folder"/>, links followed.</summary>
    public static bool IsBelow(string path, string folder) =>
        Of(path).StartsWith(Of(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
