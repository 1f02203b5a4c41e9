using System.Security.Cryptography;
using FlashDiffusion.Models.Checkpoints;

namespace FlashDiffusion.Models.Repository;

/// <summary>
/// One version folder: <c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;</c>, or, as published checkpoints come, without a folder for the version.
/// A manifest can name files of this folder only.
/// </summary>
internal sealed record ModelFolder(string Repository, string Name, string Version)
{
    private const int MaxLinks = 40;

    /// <summary>Whether the files lie in the model's folder itself.</summary>
    public bool IsUnversioned { get; init; }

    /// <summary>Where the files lie if neither the model's name nor its version is the name of a folder; null where they are.</summary>
    public string? Location { get; init; }

    public string Path => Location ?? (IsUnversioned ? System.IO.Path.Combine(Repository, Name) : System.IO.Path.Combine(Repository, Name, Version));

    /// <summary>The path of a file beside the manifest.</summary>
    /// <exception cref="ModelRepositoryException">The name is not a plain file name, or a link that leads out of the repository.</exception>
    public string Resolve(string file)
    {
        if (file.Length == 0 || file is "." or ".." || file.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
        {
            throw new ModelRepositoryException($"'{file}' is not the name of a file in the model's folder.");
        }

        var path = System.IO.Path.Combine(Path, file);
        // Mounted volumes are built of links, so these are fine as long as they stay inside.
        var root = RealPath(Repository) + System.IO.Path.DirectorySeparatorChar;
        if (!RealPath(path).StartsWith(root, StringComparison.Ordinal))
        {
            throw new ModelRepositoryException($"'{file}' is a link that leads out of the model repository.");
        }

        return path;
    }

    /// <summary>Opens a weight file after checking its hash, where the manifest gives one.</summary>
    public SafetensorsFile Open(WeightFile weights)
    {
        var path = Resolve(weights.File);
        if (weights.Sha256 is { } expected)
        {
            var actual = Hash(path);
            if (!string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new ModelRepositoryException($"'{weights.File}' has the SHA-256 {actual}, not {expected} as {ManifestFile.FileName} says.");
            }
        }

        return SafetensorsFile.Open(path);
    }

    public static string Hash(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (IOException exception)
        {
            throw new ModelRepositoryException($"'{System.IO.Path.GetFileName(path)}' can't be read: {exception.Message}", exception);
        }
    }

    // .NET resolves only the last part of a path, so the parts are resolved one by one from the root.
    private static string RealPath(string path, int links = 0)
    {
        var full = System.IO.Path.GetFullPath(path);
        var real = System.IO.Path.GetPathRoot(full)!;
        foreach (var part in full[real.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = System.IO.Path.Combine(real, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is not null && links == MaxLinks)
            {
                throw new ModelRepositoryException($"'{part}' is a link in a circle.");
            }

            real = target is null ? next : RealPath(System.IO.Path.Combine(real, target), links + 1);
        }

        return real;
    }
}
