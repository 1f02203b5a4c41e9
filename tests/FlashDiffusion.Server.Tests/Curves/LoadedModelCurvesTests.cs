using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Tests.Lifecycle;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Server.Tests.Curves;

/// <summary>What an earlier server measured of a model that is not there at the start.</summary>
public sealed class LoadedModelCurvesTests(PackagedModels packaged) : IClassFixture<PackagedModels>, IDisposable
{
    private const string Second = "tiny/2";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");
    private readonly RecordedLog _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "curves.json");

    public void Dispose()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Load_ModelOfAnEarlierServer_KnowsItsTimesOnce()
    {
        var measured = await MeasureAsync();
        await using var scene = await StartAsync();
        await scene.Curves.TakeOverAsync(scene.State.Context!);
        Assert.Empty(CurvesOf(scene, Second));
        await KeepSomethingNewAsync(scene, "1");

        scene.Write("2");
        for (var load = 0; load < 2; load++)
        {
            await scene.LoadedAsync("2");
            var known = CurvesOf(scene, Second);
            Assert.All(measured, curve => Assert.Equal(curve.Points, Assert.Single(known, other => other.Key == curve.Key).Points));
        }

        Assert.Equal(2, _log.Text.Split($"Information: {measured.Length} step-time curves").Length);
        await KeepSomethingNewAsync(scene, "2");
        Assert.Equal(["tiny/1", Second], CurveFile.Read(Path, out _)!.Models.Keys);
    }

    [Fact]
    public async Task Load_SameNameWithOtherWeights_IsLeftOutAndSaid()
    {
        var measured = await MeasureAsync();
        var stored = CurveFile.Read(Path, out _)!;
        CurveFile.Write(Path, stored with { Models = stored.Models.SetItem(Second, "another") });
        await using var scene = await StartAsync();
        await scene.Curves.TakeOverAsync(scene.State.Context!);
        scene.Write("2");

        await scene.LoadedAsync("2");

        Assert.DoesNotContain(CurvesOf(scene, Second), curve => measured.Any(other => other.Key == curve.Key));
        Assert.Contains("Warning: Step times in Engine:CurveFile are left out and will be measured anew: model tiny/2 has other weights.", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_ModelThatFailedToLoad_KeepsItsTimesUntilItIsLoaded()
    {
        const string Hash = "\"sha256\": \"";
        const string Wrong = Hash + "0000";
        var measured = await MeasureAsync();
        await using (var scene = await StartAsync(Break))
        {
            Assert.Equal(ServedState.Failed, scene.Entry("2")!.State);
            await scene.Curves.TakeOverAsync(scene.State.Context!);
            await KeepSomethingNewAsync(scene, "1");
        }

        Assert.DoesNotContain("Warning", _log.Text, StringComparison.Ordinal);
        await using var next = await StartAsync(Break);
        await next.Curves.TakeOverAsync(next.State.Context!);
        next.Repository.Edit(TinyModels.Model, Wrong, Hash, "2");
        await next.LoadedAsync("2");
        Assert.All(measured, curve => Assert.Equal(curve.Points, Assert.Single(CurvesOf(next, Second), other => other.Key == curve.Key).Points));

        static void Break(LifecycleScene scene)
        {
            scene.Write("2");
            scene.Repository.Edit(TinyModels.Model, Hash, Wrong, "2");
        }
    }

    [Fact]
    public async Task Keep_ModelThatWasUnloaded_KeepsItsTimes()
    {
        await using var scene = await StartAsync(scene => scene.Write("2"));
        await KeepSomethingNewAsync(scene, "2");
        await scene.Models.UnloadAsync(TinyModels.Model, "2", TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await KeepSomethingNewAsync(scene, "1");

        var stored = CurveFile.Read(Path, out _)!;
        Assert.Equal(["tiny/1", Second], stored.Models.Keys);
        Assert.Contains(stored.Curves()[0], curve => curve.Key.Model == Second);
    }

    [Fact]
    public async Task Keep_ModelThatIsGone_IsForgotten()
    {
        await MeasureAsync();
        await using var scene = await StartAsync();
        await scene.Curves.TakeOverAsync(scene.State.Context!);
        Assert.Contains("there is no model tiny/2.", _log.Text, StringComparison.Ordinal);

        await KeepSomethingNewAsync(scene, "1");

        Assert.Equal("tiny/1", Assert.Single(CurveFile.Read(Path, out _)!.Models.Keys));
    }

    private static LaneCurve[] CurvesOf(LifecycleScene scene, string model) => [.. scene.Engine.Times.Single().Copy().Where(curve => curve.Key.Model == model)];

    private static async Task KeepSomethingNewAsync(LifecycleScene scene, string version)
    {
        await EngineHarness.ResultAsync(scene.Send(version, steps: 4));
        scene.Curves.Keep(scene.State.Context!);
    }

    private Task<LifecycleScene> StartAsync(Action<LifecycleScene>? prepare = null)
    {
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(_log));
        return LifecycleScene.StartAsync(packaged, curveFile: Path, curveLog: loggers.CreateLogger<CurveKeeper>(), prepare: prepare);
    }

    // An earlier server that had both versions, and ended; what it measured of the second one by steps.
    private async Task<LaneCurve[]> MeasureAsync()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged, curveFile: Path, prepare: scene => scene.Write("2"));
        await KeepSomethingNewAsync(scene, "2");
        LaneCurve[] measured = [.. CurvesOf(scene, Second)];
        Assert.Contains(measured, curve => curve.Key is { Stage: Stage.Step, Working.Height: 16 });
        return measured;
    }
}
