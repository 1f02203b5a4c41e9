namespace FlashDiffusion.Server.Plugins;

/// <summary>What <c>plugin.json</c> says: enough to refuse a plugin before any of its code is loaded.</summary>
internal sealed record PluginManifest
{
    public const string FileName = "plugin.json";

    /// <summary>Version of the contract in FlashDiffusion.Abstractions that this server speaks.</summary>
    public const int SupportedContract = 1;

    /// <summary>Name of the plugin; equal to its folder.</summary>
    public string Name { get; init; } = "";

    /// <summary>Version; equal to its folder.</summary>
    public string Version { get; init; } = "";

    /// <summary>File name of the assembly, in the plugin's folder.</summary>
    public string EntryAssembly { get; init; } = "";

    /// <summary>What it provides: <c>solver</c> or <c>operator</c>.</summary>
    public string Kind { get; init; } = PluginContract.Solver.Kind;

    /// <summary>Full name of the type that implements <see cref="ILatentSolver"/> or <see cref="IForwardOperatorFamily"/>.</summary>
    public string EntryType { get; init; } = "";

    /// <summary>Version of the contract that it was built against.</summary>
    public int ContractVersion { get; init; }

    /// <summary>SHA-256 of the entry assembly, hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>SHA-256 of every other file that can become code, by path in the folder; null in manifests of plugins that have none.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }

    /// <summary>What tells one content from another.</summary>
    public string Content => string.Join(' ', [Sha256, .. (Files ?? new Dictionary<string, string>()).OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key}={file.Value}")]).ToUpperInvariant();
}
