using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Tests.Plugins;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>What hung is out of service, and readiness says so.</summary>
public sealed class QuarantineTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    [Fact]
    public async Task Model_Hangs_TheServerIsNotReadyUntilItIsLoadedAnew()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.Models.Quarantine(Hung(scene.Entry()!.Model!.Model));

        Assert.False(scene.State.IsReady);
        var hung = Assert.Single(scene.State.Hung);
        Assert.Equal(("model", TinyModels.Model), (hung.Kind, hung.Name));
        Assert.Contains("StepLimitSeconds", scene.Entry()!.Reason, StringComparison.Ordinal);

        await scene.LoadedAsync();
        Assert.True(scene.State.IsReady);
        Assert.Empty(scene.State.Hung);
        await EngineHarness.ResultAsync(scene.Send());
    }

    [Fact]
    public async Task Model_HangsBesideAnotherVersion_TheServerStaysReady()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.Write("2");
        await scene.LoadedAsync();
        scene.Models.Quarantine(Hung(scene.Entry("2")!.Model!.Model));

        Assert.True(scene.State.IsReady);
        await EngineHarness.ResultAsync(scene.Send());
    }

    [Fact]
    public async Task DefaultSolver_Hangs_TheServerIsNotReady()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        LifecycleOf(scene, root).Quarantine(Hung(scene.Solver));

        Assert.False(scene.State.IsReady);
        Assert.Equal("fake", Assert.Single(scene.State.Hung).Name);
    }

    [Fact]
    public async Task Operator_Hangs_ItStaysOutOfServiceAndTheServerReady()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        root.Add("GoodSolver");
        var plugins = LifecycleOf(scene, root);
        plugins.Quarantine(Hung(scene.State.Context!.Operators.Find(DenoisingFamily.Name)!.Family!));

        Assert.True(scene.State.IsReady);
        Assert.Null(scene.State.Context!.Operators.Find(DenoisingFamily.Name));
        Assert.StartsWith($"operator {DenoisingFamily.Name} is out of service: ", Assert.Single(scene.State.Hung).ToString(), StringComparison.Ordinal);

        // It is the same code as before.
        await plugins.ReloadAsync();
        Assert.Null(scene.State.Context!.Operators.Find(DenoisingFamily.Name));
    }

    private static HungCall Hung(object part) => new(part, "A step", "cpu", TimeSpan.FromSeconds(20));

    private static PluginLifecycle LifecycleOf(LifecycleScene scene, PluginRoot root) => new(
        scene.Changes,
        root.Shelf,
        new OperatorLoading(Options.Create(new OperatorOptions()), NullLogger<OperatorLoading>.Instance),
        Options.Create(new PluginOptions { Root = root.FullPath }),
        NullLogger<PluginLifecycle>.Instance);
}
