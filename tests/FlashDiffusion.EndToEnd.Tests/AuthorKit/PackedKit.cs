using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.AuthorKit;

/// <summary>
/// Packages, the author's kit if not said, packed from the checkout into a temporary feed, and a folder outside of the checkout to use them
/// in. Every run has a version of its own and keeps the packages to itself, so that none is ever stale; those of others come from the
/// host's package cache.
/// </summary>
internal sealed class PackedKit : IDisposable
{
    private static readonly string[] AuthorsKit =
        [Path.Combine("server", "FlashDiffusion.Abstractions"), Path.Combine("tests", "FlashDiffusion.Conformance"), Path.Combine("plugins", "Template", "FlashDiffusion.Templates")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-kit-");

    /// <param name="projects">Folders of the projects; those of the author's kit if there are none.</param>
    public PackedKit(params string[] projects)
    {
        Directory.CreateDirectory(Feed);
        File.WriteAllText(In("nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="kit" value="feed" /></packageSources>
              <fallbackPackageFolders><add key="host" value="{HostPackages()}" /></fallbackPackageFolders>
            </configuration>
            """);
        foreach (var project in projects.Length > 0 ? projects : AuthorsKit)
        {
            // What was built with these tests, under another version.
            DotNet(Checkout.Root, "pack", project, "--no-build", "-c", Path.GetFileName(BuiltServer.Folder), "-v", "q", $"-p:PackageVersion={Version}", "-o", Feed);
        }
    }

    /// <summary>Version of the packages: above the projects' own, which packages say they need of each other.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}");

    /// <summary>Folder of the packages.</summary>
    public string Feed => In("feed");

    /// <summary>A path below the kit's folder.</summary>
    public string In(params string[] path) => Path.Combine([_folder.FullName, .. path]);

    /// <summary>Makes a project from the template.</summary>
    /// <returns>Its folder.</returns>
    public string NewSolver(string name)
    {
        var hive = new[] { "--debug:custom-hive", In("hive") };
        DotNet(_folder.FullName, ["new", "install", Path.Combine(Feed, $"FlashDiffusion.Templates.{Version}.nupkg"), .. hive]);
        DotNet(_folder.FullName, ["new", "flashsolver", "-n", name, .. hive]);
        return In(name);
    }

    /// <summary>Runs a command of the SDK that must succeed.</summary>
    /// <returns>What it says.</returns>
    public static string DotNet(string folder, params string[] arguments)
    {
        // No server that outlives the command: it would hold the pipes, and the test would wait for it.
        string[] alone = arguments[0] is "pack" or "build" ? ["-nr:false", "-p:UseSharedCompilation=false"] : [];
        var run = ToolRun.Start("dotnet", folder, [.. arguments, .. alone]);
        Assert.True(run.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} in {folder} ended with {run.ExitCode}:\n{run.Output}");
        return run.Output;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string HostPackages()
    {
        var answer = DotNet(Checkout.Root, "nuget", "locals", "global-packages", "--list");
        return answer[(answer.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
