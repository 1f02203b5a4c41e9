namespace FlashDiffusion.Benchmarks.Macro.Memory;

/// <summary>A plugins folder with the solver that leaks on purpose.</summary>
internal sealed class LeakingPlugins : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-leak-");

    public LeakingPlugins()
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
