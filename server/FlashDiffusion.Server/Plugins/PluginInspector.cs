using System.Globalization;
using System.Text.Json;

namespace FlashDiffusion.Server.Plugins;

/// <summary>Checks a plugin folder before any code in it is loaded.</summary>
internal static class PluginInspector
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads and checks the manifest and the entry assembly's bytes. Never throws for what a folder may hold.</summary>
    public static PluginCheck Inspect(PluginFolder folder)
    {
        try
        {
            return Read(folder).TryGet(out var manifest, out var refusal)
                ? Check(folder, manifest)
                : PluginCheck.Refused(refusal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return PluginCheck.Refused($"The plugin's folder can't be read: {exception.Message}");
        }
    }

    /// <summary>The kind that a refused plugin's manifest names, so that it is listed among its like; that of solvers where it can't tell.</summary>
    public static PluginContract KindOf(PluginFolder folder)
    {
        try
        {
            return Read(folder).Manifest is { } manifest ? PluginContract.Find(manifest.Kind) ?? PluginContract.Solver : PluginContract.Solver;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return PluginContract.Solver;
        }
    }

    private static PluginCheck Read(PluginFolder folder)
    {
        if (!ResolvedPath.IsBelow(folder.FullPath, folder.Root))
        {
            return PluginCheck.Refused("The plugin's folder is a link that leads out of the plugins folder.");
        }

        var file = Path.Combine(folder.FullPath, PluginManifest.FileName);
        if (!File.Exists(file))
        {
            return PluginCheck.Refused($"{PluginManifest.FileName} is missing.");
        }

        try
        {
            return JsonSerializer.Deserialize<PluginManifest>(File.ReadAllBytes(file), Json) is { } manifest
                ? PluginCheck.Passed(manifest)
                : PluginCheck.Refused($"{PluginManifest.FileName} holds null.");
        }
        catch (JsonException exception)
        {
            return PluginCheck.Refused($"{PluginManifest.FileName} can't be read: {exception.Message}");
        }
    }

    private static PluginCheck Check(PluginFolder folder, PluginManifest manifest)
    {
        if (Mismatch(folder, manifest) is { } mismatch)
        {
            return PluginCheck.Refused(mismatch);
        }

        var assembly = Path.Combine(folder.FullPath, manifest.EntryAssembly);
        if (!File.Exists(assembly))
        {
            return PluginCheck.Refused($"The entry assembly '{manifest.EntryAssembly}' is missing.");
        }

        if (!ResolvedPath.IsBelow(assembly, folder.FullPath))
        {
            return PluginCheck.Refused($"The entry assembly '{manifest.EntryAssembly}' is a link that leads out of the plugin's folder.");
        }

        return (PluginFiles.Mismatch(assembly, manifest.EntryAssembly, manifest.Sha256) ?? PluginFiles.Stranger(folder, manifest)) is { } refusal
            ? PluginCheck.Refused(refusal)
            : PluginCheck.Passed(manifest);
    }

    private static string? Mismatch(PluginFolder folder, PluginManifest manifest)
    {
        if (manifest.Name != folder.Name || manifest.Version != folder.Version)
        {
            return $"{PluginManifest.FileName} says '{manifest.Name}' version '{manifest.Version}', but its folder is '{folder.Name}/{folder.Version}'.";
        }

        if (!System.Version.TryParse(manifest.Version, out _))
        {
            return $"The version '{manifest.Version}' is not of the form 1.2.3.";
        }

        if (manifest.ContractVersion != PluginManifest.SupportedContract)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"It was built for contract version {manifest.ContractVersion}; this server speaks {PluginManifest.SupportedContract}.");
        }

        if (PluginContract.Find(manifest.Kind) is null)
        {
            return $"There is no kind of plugin '{manifest.Kind}'; there are {PluginContract.Kinds}.";
        }

        if (manifest.EntryAssembly.Length == 0 || manifest.EntryType.Length == 0)
        {
            return $"{PluginManifest.FileName} names no entry assembly or no entry type.";
        }

        return Path.GetFileName(manifest.EntryAssembly) != manifest.EntryAssembly || manifest.EntryAssembly.Contains('\\', StringComparison.Ordinal)
            ? $"The entry assembly '{manifest.EntryAssembly}' must be a file name in the plugin's folder, without a path."
            : null;
    }
}
