using System.Reflection;
using McMaster.NETCore.Plugins;
using TorchSharp;

namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Loads a checked plugin into a collectible load context of its own. The contract and TorchSharp are shared with the host; the
/// loading library falls back to a private copy silently, so what the plugin really sees is compared after the load.
/// </summary>
internal static class PluginAssembly
{
    private static readonly Type[] Shared = [typeof(ILatentSolver), typeof(torch)];

    /// <param name="folder">Folder of the plugin.</param>
    /// <param name="manifest">Its manifest, checked.</param>
    /// <param name="contract">What it must be.</param>
    /// <param name="stage">Told which of its code runs.</param>
    public static PluginLoading Load(PluginFolder folder, PluginManifest manifest, PluginContract contract, LoadingStage stage)
    {
        PluginLoader? loader = null;
        try
        {
            loader = PluginLoader.CreateFromAssemblyFile(
                Path.GetFullPath(Path.Combine(folder.FullPath, manifest.EntryAssembly)), isUnloadable: true, sharedTypes: Shared);
            var loading = Create(loader, manifest, contract, stage);
            if (loading.Plugin is not null)
            {
                loader = null;
            }

            return loading;
        }
#pragma warning disable CA1031 // Plugin code may throw anything; whatever it is must stay inside this plugin.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return PluginLoading.Refused($"Loading failed: {Describe(exception)}");
        }
        finally
        {
            loader?.Dispose();
        }
    }

    private static PluginLoading Create(PluginLoader loader, PluginManifest manifest, PluginContract contract, LoadingStage stage)
    {
        var assembly = loader.LoadDefaultAssembly();
        if (Array.Find(Shared, type => loader.LoadAssembly(type.Assembly.GetName()) != type.Assembly) is { } split)
        {
            return PluginLoading.Refused(
                $"It sees a private copy of {split.Assembly.GetName().Name} instead of the host's; build it with Private=false, ExcludeAssets=runtime;native.");
        }

        if (assembly.GetType(manifest.EntryType, throwOnError: false) is not { } type)
        {
            return PluginLoading.Refused($"'{manifest.EntryAssembly}' has no type '{manifest.EntryType}'.");
        }

        if (!contract.Type.IsAssignableFrom(type) || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
        {
            return PluginLoading.Refused($"'{manifest.EntryType}' is no concrete {contract.Type.Name} with a public constructor without parameters.");
        }

        stage.Now = "Its constructor";
        var made = Activator.CreateInstance(type)!;
        stage.Now = "Its descriptor";
        var part = contract.Describe(made);
        return contract.Violation(part) is { } violation
            ? PluginLoading.Refused(violation)
            : PluginLoading.Loaded(new Plugin(loader, part));
    }

    private static string Describe(Exception exception)
    {
        var cause = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
        return $"{cause.GetType().Name}: {cause.Message}";
    }
}
