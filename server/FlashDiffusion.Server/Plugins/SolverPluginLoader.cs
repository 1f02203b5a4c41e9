using System.Reflection;
using McMaster.NETCore.Plugins;
using TorchSharp;

namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Loads a checked plugin into a collectible load context of its own. The contract and TorchSharp are shared with the host; the
/// loading library falls back to a private copy silently, so what the plugin really sees is compared after the load.
/// </summary>
internal static class SolverPluginLoader
{
    private static readonly Type[] Shared = [typeof(ILatentSolver), typeof(torch)];

    public static PluginLoading Load(PluginFolder folder, PluginManifest manifest)
    {
        PluginLoader? loader = null;
        try
        {
            loader = PluginLoader.CreateFromAssemblyFile(
                Path.GetFullPath(Path.Combine(folder.FullPath, manifest.EntryAssembly)), isUnloadable: true, sharedTypes: Shared);
            var loading = Create(loader, manifest);
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

    private static PluginLoading Create(PluginLoader loader, PluginManifest manifest)
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

        if (!typeof(ILatentSolver).IsAssignableFrom(type) || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
        {
            return PluginLoading.Refused($"'{manifest.EntryType}' is no concrete {nameof(ILatentSolver)} with a public constructor without parameters.");
        }

        var solver = (ILatentSolver)Activator.CreateInstance(type)!;
        return SolverDescriptorRules.Violation(solver.Descriptor) is { } violation
            ? PluginLoading.Refused(violation)
            : PluginLoading.Loaded(new SolverPlugin(loader, solver));
    }

    private static string Describe(Exception exception)
    {
        var cause = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
        return $"{cause.GetType().Name}: {cause.Message}";
    }
}
