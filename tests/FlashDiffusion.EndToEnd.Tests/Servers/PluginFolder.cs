using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>A plugins folder with the shipped solvers and those for tests, good and bad.</summary>
internal sealed class PluginFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-plugins-");

    public PluginFolder()
    {
        var artifacts = Path.Combine(Checkout.Root, "artifacts");
        foreach (var source in new[] { Path.Combine(artifacts, "plugins"), Path.Combine(artifacts, "test-plugins") })
        {
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(FullPath, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target, overwrite: true);
            }
        }
    }

    public string FullPath => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
