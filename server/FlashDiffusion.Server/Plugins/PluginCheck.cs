using System.Diagnostics.CodeAnalysis;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A manifest that may be loaded, or the reason why not.</summary>
internal sealed record PluginCheck
{
    private PluginCheck(PluginManifest? manifest, string? refusal) => (Manifest, Refusal) = (manifest, refusal);

    public PluginManifest? Manifest { get; }

    public string? Refusal { get; }

    public static PluginCheck Passed(PluginManifest manifest) => new(manifest, null);

    public static PluginCheck Refused(string reason) => new(null, reason);

    public bool TryGet([NotNullWhen(true)] out PluginManifest? manifest, [NotNullWhen(false)] out string? refusal)
    {
        (manifest, refusal) = (Manifest, Refusal);
        return manifest is not null;
    }
}
