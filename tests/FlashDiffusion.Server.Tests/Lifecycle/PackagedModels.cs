using FlashDiffusion.Testing.Checkpoints;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>A repository that is packaged once for many tests, each of which takes a copy.</summary>
public sealed class PackagedModels : IDisposable
{
    private readonly TinyModels _models = new();

    public PackagedModels() => _models.WriteAll();

    /// <summary>Copies it.</summary>
    internal TinyModels Copy()
    {
        var copy = new TinyModels();
        CopyFolder(_models.Root, copy.Root);
        return copy;
    }

    /// <summary>Copies a folder with what is in it.</summary>
    internal static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose() => _models.Dispose();
}
