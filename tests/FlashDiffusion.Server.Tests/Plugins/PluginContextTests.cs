using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FlashDiffusion.Server.Plugins;
using TorchSharp;

namespace FlashDiffusion.Server.Tests.Plugins;

public sealed class PluginContextTests
{
    [Fact]
    public void Load_PrivateCopiesInItsFolder_TheHostsAreSeenAllTheSame()
    {
        using var root = new PluginRoot();
        var folder = root.Add("GoodSolver");
        foreach (var shared in new[] { typeof(ILatentSolver).Assembly.Location, typeof(torch).Assembly.Location })
        {
            File.Copy(shared, Path.Combine(folder, Path.GetFileName(shared)));
        }

        PluginRoot.List(folder);
        var entry = Assert.Single(root.Load().Entries);

        Assert.True(entry.IsReady, entry.Reason);
        var context = AssemblyLoadContext.GetLoadContext(IPluginPart.CodeOf(entry.Solver!).GetType().Assembly)!;
        Assert.DoesNotContain(context.Assemblies, assembly => assembly.GetName().Name is "FlashDiffusion.Abstractions" or "TorchSharp");
    }

    [Theory]
    [InlineData("GoodSolver")]
    [InlineData("GoodOperator")]
    public void Dispose_NothingHeld_TheContextDies(string name)
    {
        using var root = new PluginRoot();
        root.Add(name);

        var context = LoadAndUnload(root.FullPath);

        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive);
    }

    // In a frame of its own: a local here would keep the context alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndUnload(string root)
    {
        var folder = Assert.Single(PluginFolder.Below(root));
        Assert.True(PluginInspector.Inspect(folder).TryGet(out var manifest, out var refusal), refusal);
        var loaded = PluginAssembly.Load(folder, manifest, PluginContract.Find(manifest.Kind)!, new LoadingStage());
        using var plugin = loaded.Plugin;
        return new WeakReference(AssemblyLoadContext.GetLoadContext(plugin!.Part.Made.GetType().Assembly));
    }
}
