using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Tests.Plugins;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;
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

    [Fact]
    public async Task Model_HangsWhileItsReloadFails_IsOutOfServiceForBoth()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var network = scene.Entry()!.Model!.Model;
        scene.Repository.Edit(TinyModels.Model, "\"parameterization\": \"eps\"", "\"parameterization\": \"v\"");
        using var busy = new ManualResetEventSlim();
        var device = scene.Engine.MaintainAsync(0, () =>
        {
            busy.Wait(TimeSpan.FromSeconds(60));
            return "";
        });
        var reload = scene.RefusedAsync();

        scene.Models.Quarantine(Hung(network));
        busy.Set();
        await device;

        Assert.DoesNotContain("stays in service", (await reload).Message, StringComparison.Ordinal);
        var entry = scene.Entry()!;
        Assert.Equal((false, true), (entry.IsReady, entry.HasHung));
        Assert.Contains("StepLimitSeconds", entry.Reason, StringComparison.Ordinal);
        Assert.Contains("self-check", entry.Reason, StringComparison.Ordinal);
        Assert.Equal(TinyModels.Model, Assert.Single(scene.State.Hung).Name);
    }

    [Fact]
    public async Task Solver_HangsWhileAReloadIsUnderWay_IsOutOfServiceAfterItToo()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        var (read, published) = (scene.State.Context!, new TaskCompletionSource());
        var reload = scene.Changes.InTurnAsync(async () =>
        {
            await published.Task;
            scene.Changes.Publish(_ => read);
            return true;
        });
        LifecycleOf(scene, root).Quarantine(Hung(scene.Solver));
        Assert.Null(scene.State.Context!.Solvers.Find("fake"));

        // What was read before it hung.
        published.SetResult();
        await reload;

        await Eventually.IsAsync(() => scene.State.Context!.Solvers.Find("fake") is null);
        Assert.Equal("fake", Assert.Single(scene.State.Hung).Name);
    }

    [Fact]
    public async Task TryEnter_SomethingOfTheSnapshotIsGone_DoesNotWaitForEver()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.Entry()!.Lifetime!.Retire();

        var entering = Task.Run(() => scene.State.TryEnter(out _, out var error) ? "" : error.Reason, TestContext.Current.CancellationToken);

        Assert.Equal(ErrorReasons.Starting, await entering.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reload_OfWhatCantBeUsed_SaysHowManyAreOutOfService()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var root = new PluginRoot();
        using var log = new RecordedLog();
        root.Add("GoodSolver");
        Directory.CreateDirectory(Path.Combine(root.FullPath, "torn", "1.0.0"));
        File.WriteAllText(Path.Combine(root.FullPath, "torn", "1.0.0", "plugin.json"), "{");

        await LifecycleOf(scene, root, log).ReloadAsync();

        Assert.Contains("Plugins read again: 1 loaded, 0 replaced, 1 out of service.", log.Text, StringComparison.Ordinal);
    }

    private static HungCall Hung(object part) => new(part, "A step", "cpu", TimeSpan.FromSeconds(20));

    private static PluginLifecycle LifecycleOf(LifecycleScene scene, PluginRoot root, RecordedLog? log = null) => new(
        scene.Changes,
        root.Shelf,
        new OperatorLoading(Options.Create(new OperatorOptions()), NullLogger<OperatorLoading>.Instance),
        Options.Create(new PluginOptions { Root = root.FullPath }),
        log is null ? NullLogger<PluginLifecycle>.Instance : new Logger<PluginLifecycle>(new LoggerFactory([log])));
}
