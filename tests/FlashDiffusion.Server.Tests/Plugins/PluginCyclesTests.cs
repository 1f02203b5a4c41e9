using System.Runtime.CompilerServices;
using FlashDiffusion.Engine.Devices;

namespace FlashDiffusion.Server.Tests.Plugins;

/// <summary>Code comes and goes and leaves nothing behind.</summary>
[Collection(AloneCollection.Name)]
public sealed class PluginCyclesTests : IDisposable
{
    private readonly PluginRoot _root = new();

    private static int Cycles => Environment.GetEnvironmentVariable("LONG") == "1" ? 200 : 20;

    [Fact]
    public void Load_AgainAndAgain_EveryContextIsCollectedAndMemoryStaysFlat()
    {
        string[] plugins = ["GoodSolver", "GoodOperator", "OlderYaml"];
        var contexts = new List<WeakReference>();
        Cycle(plugins, contexts);
        Collect(contexts);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            Cycle(plugins, contexts);
        }

        Collect(contexts);
        Assert.Equal((Cycles + 1) * plugins.Length, contexts.Count);
        Assert.Equal(0, contexts.Count(context => context.IsAlive));
        Assert.Equal(0, _root.Shelf.Contexts);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth < 64 * 1024L * Cycles, $"{growth} bytes more after {Cycles} cycles.");
    }

    public void Dispose() => _root.Dispose();

    // In a frame of its own: a local here would keep a context alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Cycle(string[] plugins, List<WeakReference> contexts)
    {
        foreach (var plugin in plugins)
        {
            _root.Add(plugin);
        }

        var loaded = _root.LoadAll();
        Assert.Equal(2, loaded.Solvers.ReadyNames.Count());
        Assert.Single(loaded.Operators);
        foreach (var plugin in plugins)
        {
            Directory.Delete(Path.Combine(_root.FullPath, plugin), recursive: true);
        }

        foreach (var replaced in _root.LoadAll().Replaced)
        {
            contexts.Add(replaced.Context);
            replaced.Lifetime.Retire();
        }
    }

    private static void Collect(List<WeakReference> contexts)
    {
        for (var i = 0; i < 50 && contexts.Exists(context => context.IsAlive); i++)
        {
            CollectionPause.Collect();
            GC.WaitForPendingFinalizers();
            // A thread that has just ended may hold one for a moment.
            Thread.Sleep(10);
        }
    }
}
