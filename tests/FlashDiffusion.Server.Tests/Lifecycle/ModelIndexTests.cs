using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>What clients of the Open Inference Protocol see of a model that comes and goes.</summary>
public sealed class ModelIndexTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Index_OfAModelThatComesAndGoes_ShowsEachState()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var hold = new SemaphoreSlim(0);
        scene.Write("2");
        Assert.DoesNotContain(InferenceCatalog.Index(scene.State.Context!), model => model.Version == "2");

        var busy = scene.Engine.MaintainAsync(0, () => hold.Wait(Patience) ? "" : "late");
        var loading = scene.LoadedAsync();
        await StateAsync(scene, "LOADING");
        Assert.All(Versions(scene), model => Assert.NotEmpty(model.Reason));
        hold.Release();
        await loading;
        Assert.Equal("", (await busy).Value);
        await StateAsync(scene, "READY");
        var running = scene.Send("2", steps: 400);
        await scene.Models.UnloadAsync(TinyModels.Model, "2", TimeSpan.Zero, Cancellation);
        await StateAsync(scene, "UNLOADING");
        Assert.All(Versions(scene), model => Assert.NotEmpty(model.Reason));
        await EngineHarness.ResultAsync(running);
        await StateAsync(scene, "UNAVAILABLE");
        Assert.All(Versions(scene), model => Assert.Equal("It was unloaded.", model.Reason));
    }

    [Fact]
    public async Task Index_OfASolverWhoseNewVersionFailed_ShowsTheOneThatServes()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var solvers = new SolverCatalog([new SolverEntry("fake", "2.0.0", null, "It is broken."), .. scene.State.Context!.Solvers.Entries]);

        var models = InferenceCatalog.Index(scene.State.Context with { Solvers = solvers });

        Assert.Equal("READY", Assert.Single(models, model => model.Name.EndsWith(":fake", StringComparison.Ordinal)).State);
    }

    private static IEnumerable<Inference.RepositoryIndexResponse.Types.ModelIndex> Versions(LifecycleScene scene) =>
        InferenceCatalog.Index(scene.State.Context!).Where(model => model.Version == "2");

    private static async Task StateAsync(LifecycleScene scene, string state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!Versions(scene).Any() || !Versions(scene).All(model => model.State == state))
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
