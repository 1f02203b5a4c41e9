using System.Text.Json;

namespace FlashDiffusion.Bill;

/// <summary>Reads what a restore resolved, from <c>project.assets.json</c>: it is there for every backend and system, locked or not.</summary>
internal static class RestoredPackages
{
    private static readonly string[] LicenceNames = ["LICENSE", "LICENCE", "THIRD-PARTY", "THIRDPARTY", "COPYING", "NOTICE"];

    public static IEnumerable<RestoredPackage> Read(string assetsPath)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(assetsPath));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => Of(library, folders))];
    }

    private static RestoredPackage Of(JsonProperty library, IReadOnlyList<string> folders)
    {
        var name = library.Name.Split('/');
        var relative = library.Value.GetProperty("path").GetString()!;
        var folder = folders.Select(root => Path.Combine(root, relative)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException($"The package {library.Name} is in none of the restored folders.");
        var manifest = PackageManifest.Read(Directory.EnumerateFiles(folder, "*.nuspec").First());
        return new RestoredPackage(name[0], name[1], library.Value.GetProperty("sha512").GetString()!, manifest, [.. Licences(folder, manifest)]);
    }

    private static IEnumerable<string> Licences(string folder, PackageManifest manifest) => Directory.EnumerateFiles(folder)
        .Where(file => Path.GetFileName(file) == manifest.Licence || LicenceNames.Any(word => Path.GetFileName(file).StartsWith(word, StringComparison.OrdinalIgnoreCase)))
        .Where(file => Path.GetExtension(file) is "" or ".txt" or ".md" or ".TXT")
        .Order(StringComparer.Ordinal)
        .Select(file => File.ReadAllText(file).ReplaceLineEndings("\n").Trim());
}
