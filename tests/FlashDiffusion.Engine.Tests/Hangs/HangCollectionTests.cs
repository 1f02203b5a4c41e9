using System.Runtime;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

// The collector belongs to the whole process, so nothing else may run meanwhile.
[Collection(AloneCollection.Name)]
public sealed class HangCollectionTests
{
    [Fact]
    public async Task Thread_Hangs_GarbageIsCollectedAgain()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = _ => true;
        var hung = scene.Send(scene.Solver, 1);
        scene.Open();
        await scene.Solver.EnteredAsync();
        Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);

        scene.Wait(2 * HangScene.Limit);
        await HangScene.FailedAsync(hung);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));

        // Waits for a moment without a pause; there would never be one.
        await Task.Run(CollectionPause.Collect, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        scene.Solver.Release();
        await scene.DisposeAsync();
        Assert.NotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }
}
