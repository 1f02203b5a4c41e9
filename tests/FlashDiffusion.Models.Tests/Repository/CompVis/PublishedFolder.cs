using FlashDiffusion.Testing;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>A repository in a temporary folder that holds one published directory made of golden files.</summary>
internal sealed class PublishedFolder : IDisposable
{
    public const string Model = "micro";

    private readonly bool _versioned;

    public PublishedFolder(string weights = "ldm_micro_zip.ckpt", bool versioned = false)
    {
        _versioned = versioned;
        Directory.CreateDirectory(Folder);
        Put("ldm_micro.config.yaml", CompVisFolder.ConfigName);
        Put(weights, CompVisFolder.WeightsName);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("published").FullName;

    public string Folder => _versioned ? Path.Combine(Root, Model, "3") : Path.Combine(Root, Model);

    public void Put(string golden, string name) => File.Copy(Golden(golden), Path.Combine(Folder, name), overwrite: true);

    public void EditConfig(string from, string to)
    {
        var path = Path.Combine(Folder, CompVisFolder.ConfigName);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    // These tests are about the folder, not about the numbers, so that the repository's own files will do.
    private static string Golden(string name) => Path.Combine(GoldenFolder.Own, "checkpoints", name);
}
