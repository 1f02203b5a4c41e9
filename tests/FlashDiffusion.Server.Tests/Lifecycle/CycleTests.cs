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

    /// <summary>What a cycle may leave behind, a tenth of the model's weights.</summary>
    private const long BytesPerCycle = 256 * 1024;

    private static int Cycles => Environment.GetEnvironmentVariable("LONG") == "1" ? 200 : 20;

    [Fact]
    public async Task LoadReconstructUnload_AgainAndAgain_ContextsAreCollectedAndMemoryStaysFlat()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        var contexts = new List<WeakReference>();
        var held = new List<long>();
        for (var cycle = 0; cycle <= Cycles; cycle++)
        {
            contexts.Add(await CycleAsync(scene, root));
            await CollectAsync(contexts);
            Assert.Equal(0, contexts.Count(context => context.IsAlive));
            held.Add(HeldMemory.Bytes());
        }

        Assert.Equal(0, root.Shelf.Contexts);
        Assert.Equal(0, scene.Memory.Taken);
        var readings = $"MiB held after each cycle: {string.Join(", ", held.Select(bytes => $"{bytes / 1048576.0:0.00}"))}.";
        TestContext.Current.TestOutputHelper?.WriteLine($"{contexts.Count} contexts collected; {readings}");
        var lost = HeldMemory.LostPerCycle(held);
        Assert.True(lost < BytesPerCycle, $"{lost} bytes more after each of the last cycles; {readings}");
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
}
