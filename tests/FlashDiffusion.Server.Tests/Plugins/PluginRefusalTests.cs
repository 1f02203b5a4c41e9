using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Tests.Plugins;

public sealed class PluginRefusalTests : IDisposable
{
    private const string Assembly = "FlashDiffusion.TestPlugins.GoodSolver.dll";
    private readonly PluginRoot _root = new();

    [Fact]
    public void Load_NoManifest_IsRefused()
    {
        File.Delete(Path.Combine(_root.Add("GoodSolver"), PluginManifest.FileName));

        AssertRefused("plugin.json is missing");
    }

    [Theory]
    [InlineData("{ not json", "can't be read")]
    [InlineData("null", "holds null")]
    [InlineData("{\"contractVersion\": \"one\"}", "can't be read")]
    [InlineData("", "can't be read")]
    public void Load_UnreadableManifest_IsRefused(string json, string reason)
    {
        File.WriteAllText(Path.Combine(_root.Add("GoodSolver"), PluginManifest.FileName), json);

        AssertRefused(reason);
    }

    [Fact]
    public void Load_TamperedAssembly_IsRefusedByItsHash()
    {
        File.AppendAllText(Path.Combine(_root.Add("GoodSolver"), Assembly), "x");

        AssertRefused("SHA-256");
    }

    [Fact]
    public void Load_TamperedLibraryBesideTheAssembly_IsRefusedByItsHash()
    {
        File.AppendAllText(Path.Combine(_root.Add("NewerYaml"), "YamlDotNet.dll"), "x");

        AssertRefused("The SHA-256 of 'YamlDotNet.dll' is");
    }

    [Theory]
    [InlineData("Stranger.dll")]
    [InlineData("libstranger.so.1")]
    [InlineData("de/Stranger.resources.dll")]
    public void Load_FileThatTheManifestDoesNotList_IsRefused(string file)
    {
        var path = Path.Combine(_root.Add("GoodSolver"), file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");

        AssertRefused($"'{file}' is not among the files");
    }

    [Fact]
    public void Load_ListedFileThatIsGone_IsRefused()
    {
        File.Delete(Path.Combine(_root.Add("NewerYaml"), "YamlDotNet.dll"));

        AssertRefused("'YamlDotNet.dll', which plugin.json lists, is missing");
    }

    [Fact]
    public void Load_LibraryThatIsALinkOutOfItsFolder_IsRefused()
    {
        var library = Path.Combine(_root.Add("NewerYaml"), "YamlDotNet.dll");
        var outside = Path.Combine(_root.FullPath, "YamlDotNet.dll");
        File.Move(library, outside);
        File.CreateSymbolicLink(library, outside);

        AssertRefused("leads out of the plugin's folder");
    }

    [Fact]
    public void Load_ManifestWithoutAList_IsFineWithoutLibraries()
    {
        PluginRoot.Edit(_root.Add("GoodSolver"), "files", null!);

        Assert.Equal(["good_solver"], _root.Load().ReadyNames);
    }

    [Fact]
    public void Load_MissingAssembly_IsRefused()
    {
        File.Delete(Path.Combine(_root.Add("GoodSolver"), Assembly));

        AssertRefused("is missing");
    }

    [Theory]
    [InlineData("../../../GoodSolver.dll")]
    [InlineData("/etc/hostname")]
    [InlineData("..\\GoodSolver.dll")]
    [InlineData("..")]
    public void Load_EntryAssemblyWithAPath_IsRefused(string path)
    {
        PluginRoot.Edit(_root.Add("GoodSolver"), "entryAssembly", path);

        AssertRefused(path == ".." ? "is missing" : "without a path");
    }

    [Fact]
    public void Load_AssemblyThatIsALinkOutOfItsFolder_IsRefused()
    {
        var folder = _root.Add("GoodSolver");
        var outside = Directory.CreateTempSubdirectory("flash-outside-");
        try
        {
            var moved = Path.Combine(outside.FullName, Assembly);
            File.Move(Path.Combine(folder, Assembly), moved);
            File.CreateSymbolicLink(Path.Combine(folder, Assembly), moved);

            AssertRefused("leads out of the plugin's folder");
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public void Load_FolderThatIsALinkOutOfTheRoot_IsRefused()
    {
        using var other = new PluginRoot();
        var folder = other.Add("GoodSolver");
        Directory.CreateDirectory(Path.Combine(_root.FullPath, "GoodSolver"));
        Directory.CreateSymbolicLink(Path.Combine(_root.FullPath, "GoodSolver", "0.1.0"), folder);

        AssertRefused("leads out of the plugins folder");
    }

    [Fact]
    public void Load_LinkInACircle_IsRefused()
    {
        var folder = _root.Add("GoodSolver");
        var file = Path.Combine(folder, Assembly);
        File.Delete(file);
        File.CreateSymbolicLink(file, file);

        Assert.Single(_root.Load().Entries, entry => !entry.IsReady);
    }

    [Theory]
    [InlineData("name", "Another", "but its folder is")]
    [InlineData("version", "0.2.0", "but its folder is")]
    [InlineData("entryType", "Nobody", "has no type")]
    [InlineData("entryType", "", "names no entry")]
    [InlineData("sha256", "", "SHA-256")]
    [InlineData("kind", "preview", "no kind of plugin 'preview'")]
    public void Load_WrongManifestValue_IsRefused(string key, string value, string reason)
    {
        PluginRoot.Edit(_root.Add("GoodSolver"), key, value);

        AssertRefused(reason);
    }

    [Fact]
    public void Load_VersionThatIsNone_IsRefused()
    {
        _root.Add("GoodSolver", version: "latest");

        AssertRefused("not of the form 1.2.3");
    }

    public void Dispose() => _root.Dispose();

    private void AssertRefused(string reason)
    {
        var entry = Assert.Single(_root.Load().Entries);
        Assert.False(entry.IsReady);
        Assert.Contains(reason, entry.Reason, StringComparison.Ordinal);
    }
}
