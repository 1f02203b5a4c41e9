namespace FlashDiffusion.Server.Plugins;

/// <summary>A folder <c>&lt;root&gt;/&lt;name&gt;/&lt;version&gt;</c> that claims to hold a plugin.</summary>
/// <param name="Root">Folder of all plugins.</param>
/// <param name="Name">Name of the plugin, as the folder says.</param>
/// <param name="Version">Its version, as the folder says.</param>
internal sealed record PluginFolder(string Root, string Name, string Version)
{
    public string FullPath => Path.Combine(Root, Name, Version);

    /// <summary>Order among versions of one plugin; what is no version sorts last.</summary>
    public Version Order => System.Version.TryParse(Version, out var parsed) ? parsed : new Version(0, 0);

    /// <summary>Every plugin folder below a root, by name, the highest version first. A root that does not exist holds none.</summary>
    public static IReadOnlyList<PluginFolder> Below(string root) => !Directory.Exists(root)
        ? []
        : [.. from plugin in new DirectoryInfo(root).EnumerateDirectories()
              from version in plugin.EnumerateDirectories()
              let folder = new PluginFolder(root, plugin.Name, version.Name)
              orderby folder.Name.ToUpperInvariant(), folder.Order descending
              select folder];
}
