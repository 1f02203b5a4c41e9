using System.Text.Json;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Builds;

/// <summary>What the build says that it is made of, against the lock files.</summary>
public sealed class BillTests
{
    private static readonly string[] Locked =
    [
        Path.Combine(Checkout.Root, "server", "FlashDiffusion.Server", "packages.lock.json"),
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "plugins"), "packages.lock.json", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Sbom_ListsEveryPackageOfTheLockFilesWithHashAndLicence()
    {
        using var bill = JsonDocument.Parse(File.ReadAllText(Path.Combine(BuiltServer.Folder, "sbom.cdx.json")));

        Assert.Equal(("CycloneDX", "1.5"), (bill.RootElement.GetProperty("bomFormat").GetString(), bill.RootElement.GetProperty("specVersion").GetString()));
        var components = bill.RootElement.GetProperty("components").EnumerateArray().ToList();
        var listed = components.Select(component => component.GetProperty("purl").GetString()!.ToUpperInvariant()).ToHashSet();
        Assert.Equal(components.Count, listed.Count);
        Assert.Superset(Packages().Select(package => $"pkg:nuget/{package.Name}@{package.Version}".ToUpperInvariant()).ToHashSet(), listed);
        Assert.All(components, component =>
        {
            Assert.Equal(128, component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length);
            Assert.True(component.GetProperty("licenses").GetArrayLength() > 0);
        });
    }

    [Fact]
    public void Notice_NamesEveryPackageOfTheLockFiles()
    {
        var lines = File.ReadAllLines(Path.Combine(BuiltServer.Folder, "NOTICE.txt")).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.All(Packages(), package => Assert.Contains($"{package.Name} {package.Version}", lines));
    }

    [Fact]
    public void Notice_HasTheTextOfEveryLicence()
    {
        var sections = File.ReadAllText(Path.Combine(BuiltServer.Folder, "NOTICE.txt")).Split($"\n{new string('-', 80)}\n");
        var texts = sections.Where(section => section.StartsWith("Text of ", StringComparison.Ordinal)).ToDictionary(section => section.Split(' ', ',')[2]);

        // A package with a link in its last line has no text of its own.
        var bare = sections.Select(section => section.TrimEnd().Split('\n')[^1].Split(": https://spdx.org/licenses/")).Where(link => link.Length == 2).Select(link => link[0]).ToList();
        Assert.NotEmpty(bare);
        Assert.All(bare, licence => Assert.True(texts.ContainsKey(licence), licence));
        Assert.Contains("shall be included in all copies", texts["MIT"], StringComparison.Ordinal);
        Assert.Contains("Redistributions in binary form", texts["BSD-3-Clause"], StringComparison.Ordinal);
        Assert.Contains("Version 2.0, January 2004", texts["Apache-2.0"], StringComparison.Ordinal);
    }

    private static HashSet<(string Name, string Version)> Packages()
    {
        var packages = new HashSet<(string, string)>();
        foreach (var path in Locked)
        {
            using var locked = JsonDocument.Parse(File.ReadAllText(path));
            foreach (var package in locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject()))
            {
                if (package.Value.TryGetProperty("resolved", out var version))
                {
                    packages.Add((package.Name, version.GetString()!));
                }
            }
        }

        Assert.True(packages.Count > 30);
        return packages;
    }
}
