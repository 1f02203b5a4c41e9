using System.Diagnostics;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Tests.Plugins;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>Models and plugins come, reconstruct and go, again and again, and leave nothing behind.</summary>
[Collection(AloneCollection.Name)]
public sealed class CycleTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What a cycle may leave behind, a twentieth of the model's weights.</summary>
    private const long BytesPerCycle = 128 * 1024;

    /// <summary>What the allocators of both worlds may take at any time.</summary>
    private const long Allowance = 8L * 1024 * 1024;

    private static int Cycles => Environment.GetEnvironmentVariable("LONG") == "1" ? 200 : 20;

    [Fact]
    public async Task LoadReconstructUnload_AgainAndAgain_ContextsAreCollectedAndMemoryStaysFlat()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        var contexts = new List<WeakReference>();
        var resident = new List<long>();
        for (var cycle = 0; cycle <= Cycles; cycle++)
        {
            contexts.Add(await CycleAsync(scene, root));
            if (cycle % (Cycles / 4) == 0)
            {
                await CollectAsync(contexts);
                resident.Add(Resident());
            }
        }

        Assert.Equal(0, contexts.Count(context => context.IsAlive));
        Assert.Equal(0, root.Shelf.Contexts);
        Assert.Equal(0, scene.Memory.Taken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{contexts.Count} contexts collected; MiB resident after each quarter: {string.Join(", ", resident.Select(bytes => $"{bytes / 1048576.0:0.0}"))}.");
        // The first quarters fill what both allocators keep for good, and give part of it back now and then; what is lost in each cycle adds to all of it.
        var growth = resident[^1] - resident[..^1].Max();
        Assert.True(growth < Allowance + (Cycles / 4 * BytesPerCycle), $"{growth} bytes more after the last {Cycles / 4} cycles.");
    }

    private static async Task<WeakReference> CycleAsync(LifecycleScene scene, PluginRoot root)
    {
        var folder = root.Add("GoodSolver");
        var read = root.LoadAll();
        scene.State.Publish(scene.State.Context! with { Solvers = read.Solvers });
        await scene.LoadedAsync("1");
        Assert.IsType<ResultEvent>((await EngineHarness.EventsAsync(scene.Send(steps: 3, solver: "good_solver")))[^1]);

        Directory.Delete(folder, recursive: true);
        var gone = root.LoadAll();
        scene.State.Publish(scene.State.Context! with { Solvers = gone.Solvers });
        var plugin = Assert.Single(gone.Replaced);
        plugin.Lifetime.Retire();
        await plugin.Lifetime.Freed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True((await scene.Models.UnloadAsync(TinyModels.Model, "", Patience, TestContext.Current.CancellationToken)).TryGet(out var unloaded, out _));
        Assert.Equal(ServedState.Unloaded, Assert.Single(unloaded).State);
        return plugin.Context;
    }

    // A thread that has just let go of a context may still have it on its stack: that is waited for, what never goes is found.
    private static async Task CollectAsync(List<WeakReference> contexts)
    {
        var begun = Stopwatch.StartNew();
        for (var i = 0; i < 3 || (contexts.Exists(context => context.IsAlive) && begun.Elapsed < Patience); i++)
        {
            CollectionPause.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
