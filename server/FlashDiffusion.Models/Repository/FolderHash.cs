using System.Security.Cryptography;
using System.Text;

namespace FlashDiffusion.Models.Repository;

/// <summary>A fingerprint of a model's folder: equal for equal manifests and weights, whatever the form in which a model comes.</summary>
internal static class FolderHash
{
    // What people read changes nothing of what is computed.
    private static readonly string[] Documents = [".md", ".txt", ".png", ".jpg", ".jpeg", ".pdf"];

    /// <summary>SHA-256 over names and contents in hexadecimal, documents aside.</summary>
    /// <param name="folder">Folder of one version.</param>
    public static string Of(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !Documents.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/') + "\n"));
            hash.AppendData(Encoding.ASCII.GetBytes(ModelFolder.Hash(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
