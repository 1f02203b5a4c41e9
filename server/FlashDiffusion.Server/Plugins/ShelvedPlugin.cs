namespace FlashDiffusion.Server.Plugins;

/// <summary>A plugin in use, and where it came from.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Sha256">Hashes of its files, as <see cref="PluginManifest.Content"/> joins them.</param>
/// <param name="Entry">What it provides.</param>
/// <param name="Plugin">The plugin.</param>
internal sealed record ShelvedPlugin(PluginFolder Folder, string Sha256, PluginEntry Entry, Plugin Plugin)
{
    /// <summary>Whether a folder holds the very same.</summary>
    public bool Is(PluginFolder folder, PluginManifest manifest) =>
        Folder == folder && Sha256 == manifest.Content;
}
