namespace FlashDiffusion.Server.Plugins;

/// <summary>A plugin that loaded, or the reason why not.</summary>
internal sealed record PluginLoading(Plugin? Plugin, string? Refusal)
{
    /// <summary>Whether its code did not come back.</summary>
    public bool HasHung { get; init; }

    public static PluginLoading Loaded(Plugin plugin) => new(plugin, null);

    public static PluginLoading Refused(string reason) => new(null, reason);
}
