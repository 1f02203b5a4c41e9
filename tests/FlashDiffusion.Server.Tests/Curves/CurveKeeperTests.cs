using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Tests.Lifecycle;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Curves;

/// <summary>A server's measurements over a restart, with real engines and a tiny model.</summary>
public sealed class CurveKeeperTests(PackagedModels packaged) : IClassFixture<PackagedModels>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");
    private readonly RecordedLog _log = new();
    private readonly FakeTimeProvider _time = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "curves.json");

    public void Dispose()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task TakeOver_SameServer_KnowsBeforeItsFirstRequest()
    {
        var measured = await MeasureAsync();
        await using var scene = await LifecycleScene.StartAsync(packaged);
        Assert.Empty(Curves(scene));

        using var keeper = Keeper(scene);
        await keeper.TakeOverAsync(scene.State.Context!);

        Assert.Contains(measured, curve => curve.Key is { Stage: Stage.Step, Working.Height: 16 });
        Assert.Equal(measured, Curves(scene), (one, other) => one.Key == other.Key && one.Points.SequenceEqual(other.Points));
        Assert.Contains(measured, curve => curve.Operators.Length > 0);
        Assert.Equal(Operators(measured), Operators(Curves(scene)));
        Assert.Contains($"Information: {measured.Length} step-time curves", _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", _log.Text, StringComparison.Ordinal);
    }

    private static IEnumerable<(string, CurvePoint)> Operators(IEnumerable<LaneCurve> curves) =>
        curves.SelectMany(curve => curve.Operators).SelectMany(of => of.Points, (of, point) => (of.Operator, point));

    [Theory]
    [InlineData("threads", "threads was '1' and is '2'")]
    [InlineData("precision", "precision was 'Float32' and is 'BFloat16'")]
    [InlineData("devices", "devices was 'cpu' and is 'cuda:0'")]
    [InlineData("version", "version of the server was 'another'")]
    [InlineData("processor", "processor was 'another'")]
    [InlineData("instructions", "instruction set was 'another'")]
    [InlineData("libraries", "libraries was 'another'")]
    [InlineData("number", "they are of 2 devices")]
    [InlineData("weights", "model tiny/1 has other weights")]
    [InlineData("model", "there is no model elsewhere/1")]
    [InlineData("damage", "is damaged")]
    public async Task TakeOver_MeasuredOtherwise_IsLeftOutAndSaid(string what, string said)
    {
        await MeasureAsync();
        var options = Options();
        var stored = CurveFile.Read(Path, out _)!;
        switch (what)
        {
            case "threads":
                options.Threads = 2;
                break;
            case "precision":
                options.Precision = NetworkPrecision.BFloat16;
                break;
            case "devices":
                options.Device = "cuda:0";
                break;
            case "damage":
                File.WriteAllText(Path, File.ReadAllText(Path)[..^10]);
                break;
            default:
                CurveFile.Write(Path, what switch
                {
                    "version" => stored with { Origin = stored.Origin with { Server = "another" } },
                    "processor" => stored with { Origin = stored.Origin with { Processor = "another" } },
                    "instructions" => stored with { Origin = stored.Origin with { InstructionSet = "another" } },
                    "libraries" => stored with { Origin = stored.Origin with { Libraries = "another" } },
                    "number" => stored with { Devices = [stored.Devices[0], stored.Devices[0]] },
                    "weights" => stored with { Models = stored.Models.SetItem(stored.Models.Keys.Single(), "another") },
                    _ => stored with { Models = stored.Models.Clear().Add("elsewhere/1", stored.Models.Values.Single()) },
                });
                break;
        }

        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene, options);
        await keeper.TakeOverAsync(scene.State.Context!);

        Assert.Empty(Curves(scene));
        Assert.Contains($"Warning: Step times in Engine:CurveFile are left out", _log.Text, StringComparison.Ordinal);
        Assert.Contains(said, _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeOver_DeviceThatTakesNothing_SaysSoInsteadOfKnowing()
    {
        await MeasureAsync();
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var context = scene.State.Context!;
        await scene.Engine.DisposeAsync();
        using var keeper = Keeper(scene);
        await keeper.TakeOverAsync(context);
        Assert.Contains("are left out and will be measured anew: cpu did not take them", _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("known again", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakeOver_ServerBeforeWasKilledWhileItWrote_RemovesWhatItLeft()
    {
        await MeasureAsync();
        File.WriteAllText($"{Path}.{Environment.MachineName}.{int.MaxValue}.new", File.ReadAllText(Path)[..50]);
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await keeper.TakeOverAsync(scene.State.Context!);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        Assert.NotEmpty(Curves(scene));
    }

    [Fact]
    public async Task TakeOver_NoFileYet_SaysNothing()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await keeper.TakeOverAsync(scene.State.Context!);
        Assert.Equal("", _log.Text);
    }

    [Fact]
    public async Task Keep_EveryMinute_WritesWhatIsNew()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        await scene.Send(steps: 3).EndAsync();

        await EventuallyAsync(() => File.Exists(Path));
        var kept = CurveFile.Read(Path, out _)!.Curves()[0];
        Assert.Equal(3, kept.Where(curve => curve.Key.Stage == Stage.Step).Sum(curve => curve.Units));

        // Nothing is new.
        File.Delete(Path);
        for (var minute = 0; minute < 5; minute++)
        {
            _time.Advance(CurveKeeper.Interval);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.False(File.Exists(Path));
        await scene.Send(steps: 2).EndAsync();
        await keeper.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, CurveFile.Read(Path, out _)!.Curves()[0].Where(curve => curve.Key.Stage == Stage.Step).Sum(curve => curve.Units));
    }

    [Fact]
    public async Task Keep_NoSuchFolder_SaysSoOnceAndServesOn()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var options = Options();
        options.CurveFile = System.IO.Path.Combine(_folder.FullName, "no", "such");
        using var keeper = Keeper(scene, options);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<Engine.Sessions.ResultEvent>(await scene.Send().EndAsync());
            keeper.Keep(scene.State.Context!);
        }

        Assert.Equal(2, _log.Text.Split("Warning: Step times can't be kept in Engine:CurveFile").Length);
        Assert.Contains(options.CurveFile, _log.Text, StringComparison.Ordinal);

        // As soon as it can be written, it is.
        Directory.CreateDirectory(System.IO.Path.Combine(_folder.FullName, "no"));
        keeper.Keep(scene.State.Context!);
        Assert.NotNull(CurveFile.Read(options.CurveFile, out _));
    }

    [Fact]
    public async Task Keep_FileOfSomethingElse_IsPutAsideOnce()
    {
        const string Keys = "alice 0123456789abcdef admin\n";
        File.WriteAllText(Path, Keys);
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await keeper.TakeOverAsync(scene.State.Context!);
        Assert.Equal(Keys, File.ReadAllText(Path));
        for (var i = 0; i < 2; i++)
        {
            await scene.Send().EndAsync();
            keeper.Keep(scene.State.Context!);
        }

        Assert.NotNull(CurveFile.Read(Path, out _));
        Assert.Equal(Keys, File.ReadAllText(Path + CurveFile.Old));
        Assert.DoesNotContain("alice", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_EmptyFile_IsLeftAloneAndSaid()
    {
        File.WriteAllText(Path, "");
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await scene.Send().EndAsync();
        keeper.Keep(scene.State.Context!);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        Assert.Equal("", File.ReadAllText(Path));
        Assert.Contains("can't be kept in Engine:CurveFile", _log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(CurvePlace.Nowhere)]
    public async Task Keep_NoFileNamed_WritesNothing(string file)
    {
        Assert.SkipWhen(file.Length == 0 && Environment.GetEnvironmentVariable(CurvePlace.StateVariable) is not null, "Whoever runs this test has a state folder.");
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var options = Options();
        options.CurveFile = file;
        using var keeper = Keeper(scene, options);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        await scene.Send().EndAsync();
        await keeper.TakeOverAsync(scene.State.Context!);
        keeper.Keep(scene.State.Context!);
        await keeper.StopAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
        Assert.Equal("", _log.Text);
    }

    private static LaneCurve[] Curves(LifecycleScene scene) => [.. scene.Engine.Times.Single().Copy()];

    private EngineOptions Options() => new() { Threads = 1, CurveFile = Path };

    private CurveKeeper Keeper(LifecycleScene scene, EngineOptions? options = null)
    {
        var wrapped = Microsoft.Extensions.Options.Options.Create(options ?? Options());
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(_log));
        return new CurveKeeper(wrapped, new ComputeFingerprint(wrapped), scene.State, _time, loggers.CreateLogger<CurveKeeper>());
    }

    // A server that reconstructs something and ends.
    private async Task<LaneCurve[]> MeasureAsync()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        using var keeper = Keeper(scene);
        await scene.Send(steps: 4).EndAsync();
        await keeper.StopAsync(TestContext.Current.CancellationToken);
        return [.. Curves(scene).OrderByDescending(curve => curve.Units)];
    }

    // The timer begins when its thread does.
    private async Task EventuallyAsync(Func<bool> holds)
    {
        for (var i = 0; i < 3000 && !holds(); i++)
        {
            _time.Advance(CurveKeeper.Interval);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.True(holds());
    }
}
