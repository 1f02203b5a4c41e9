using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Configuration;

/// <summary>The built server in a folder of its own, with other settings beside its binaries; all else there are links to what was built.</summary>
internal sealed class SettledFolder : IDisposable
{
    private const string Program = "FlashDiffusion.Server";

    // The runtime takes the folder of the program itself, through links, for that of the server.
    private static readonly string[] Own = [$"{Program}.dll", $"{Program}.deps.json", $"{Program}.runtimeconfig.json"];

    // Starts the program of this folder instead of the one that it was told.
    private const string Script = $"""runtime=$1; shift 2; exec "$runtime" "$0/{Program}.dll" "$@" """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-settings-");

    /// <param name="settings">What <c>appsettings.json</c> says.</param>
    public SettledFolder(string settings)
    {
        foreach (var built in new DirectoryInfo(BuiltServer.Folder).EnumerateFileSystemInfos().Where(built => built.Name != "appsettings.json"))
        {
            var here = Path.Combine(_folder.FullName, built.Name);
            if (Own.Contains(built.Name))
            {
                File.Copy(built.FullName, here);
            }
            else
            {
                File.CreateSymbolicLink(here, built.FullName);
            }
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "appsettings.json"), settings);
    }

    /// <summary>Where it lies.</summary>
    public string FullPath => _folder.FullName;

    /// <summary>The command within which the built server is started from here.</summary>
    public IReadOnlyList<string> Within => ["sh", "-c", Script, _folder.FullName];

    public void Dispose() => _folder.Delete(recursive: true);
}
