using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;
using Grpc.Core;
using Grpc.Health.V1;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>Models come and go while requests run.</summary>
public sealed class ModelLifecycleTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_NewVersion_ServesBesideTheOldOneAndIsTheDefault()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.Write("2");

        var entry = await scene.LoadedAsync();

        Assert.Equal(("2", ServedState.Ready), (entry.Version, entry.State));
        Assert.Equal("2", scene.State.Context!.Models.Find("", "")!.Version);
        Assert.Equal("1", scene.State.Context!.Models.Find(TinyModels.Model, "1")!.Version);
        await EngineHarness.ResultAsync(scene.Send("1"));
        await EngineHarness.ResultAsync(scene.Send("2"));
    }

    [Fact]
    public async Task Reload_TenTimesUnderTwentyStreams_LosesNone()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var loads = true;
        var done = 0;
        var streams = Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            while (Volatile.Read(ref loads))
            {
                await EngineHarness.ResultAsync(scene.Send(steps: 5, seed: (ulong)i));
                Interlocked.Increment(ref done);
            }
        }, Cancellation)).ToArray();
        var one = scene.Memory.Taken;
        for (var i = 0; i < 10; i++)
        {
            var old = scene.Entry()!;
            await scene.LoadedAsync("1");
            Assert.NotSame(old.Model, scene.Entry()!.Model);
            // Its streams end on it, and then it is gone.
            await old.Lifetime!.Freed.WaitAsync(Patience, Cancellation);
        }

        Volatile.Write(ref loads, false);
        await Task.WhenAll(streams);
        Assert.True(done >= 20, $"Only {done} were done.");
        Assert.Equal(one, scene.Memory.Taken);
        Assert.Equal(0, scene.Engine.Ledger.Ended(FlashDiffusion.Engine.Sessions.SessionOutcome.SolverFailed));
    }

    [Fact]
    public async Task Unload_WhileARequestRuns_EndsItAndThenFreesTheWeights()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var running = scene.Send(steps: 400);

        var entries = await UnloadedAsync(scene, TimeSpan.Zero);

        var model = Assert.Single(entries);
        Assert.Equal((ServedState.Unloading, false), (model.State, model.IsReady));
        Assert.True(scene.Memory.Taken > 0);
        Assert.Null(scene.State.Context!.Models.Find(TinyModels.Model, "")!.Model);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await HealthAsync(scene));
        await EngineHarness.ResultAsync(running);
        Assert.Equal(ServedState.Unloaded, Assert.Single(await UnloadedAsync(scene, Patience)).State);
        await EventuallyAsync(() => scene.Entry()!.State == ServedState.Unloaded);
        Assert.Equal(0, scene.Memory.Taken);

        await scene.LoadedAsync();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthAsync(scene));
        await EngineHarness.ResultAsync(scene.Send());
    }

    [Fact]
    public async Task Reload_Broken_TheOldOneServesAndSaysWhy()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        var before = scene.Entry()!.Model;
        scene.Repository.Edit(TinyModels.Model, "\"parameterization\": \"eps\"", "\"parameterization\": \"v\"");
        var taken = scene.Memory.Taken;

        var error = await scene.RefusedAsync();

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.LoadFailed), (error.Code, error.Reason));
        Assert.Contains("stays in service", error.Message, StringComparison.Ordinal);
        Assert.Same(before, scene.Entry()!.Model);
        Assert.Equal(ServedState.Ready, scene.Entry()!.State);
        Assert.Contains("self-check", scene.Entry()!.Reason, StringComparison.Ordinal);
        Assert.Equal(taken, scene.Memory.Taken);
        await EngineHarness.ResultAsync(scene.Send());

        scene.Repository.Edit(TinyModels.Model, "\"parameterization\": \"v\"", "\"parameterization\": \"eps\"");
        Assert.Equal("", (await scene.LoadedAsync()).Reason);
    }

    [Theory]
    [InlineData("\"unet.safetensors\"", "\"../1/unet.safetensors\"", "is not the name of a file")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"0000", "SHA-256")]
    public async Task Load_EscapingPathOrWrongHash_IsRefusedAndListed(string from, string to, string reason)
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.Write("2");
        scene.Repository.Edit(TinyModels.Model, from, to, "2");

        var error = await scene.RefusedAsync(version: "2");

        Assert.Equal(StatusCode.FailedPrecondition, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(ServedState.Failed, scene.Entry("2")!.State);
        Assert.Equal("1", scene.State.Context!.Models.Find(TinyModels.Model, "")!.Version);
    }

    [Fact]
    public async Task Load_SeverityEncoder_IsRefusedSinceItComesWithItsModel()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);

        Assert.Equal(StatusCode.FailedPrecondition, (await scene.RefusedAsync(TinyModels.Encoder)).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await scene.RefusedAsync("../tiny")).Code);

        Assert.Equal(ServedState.Ready, scene.Entry()!.State);
    }

    [Fact]
    public async Task Load_FolderThatIsALinkOutOfTheRepository_IsRefused()
    {
        using var elsewhere = packaged.Copy();
        await using var scene = await LifecycleScene.StartAsync(packaged);
        Directory.CreateSymbolicLink(scene.Repository.Folder(TinyModels.Model, "2"), elsewhere.Folder(TinyModels.Model));

        var error = await scene.RefusedAsync(version: "2");

        Assert.Contains("leads out of the model repository", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_LargerThanTheMemoryForWeights_IsRefusedBeforeItIsAllocated()
    {
        await using var ample = await LifecycleScene.StartAsync(packaged);
        await using var scene = await LifecycleScene.StartAsync(packaged, memory: ample.Memory.Taken + (ample.Memory.Taken / 2));
        Assert.Equal(ample.Memory.Taken, scene.Memory.Taken);
        scene.Write("2");

        var error = await scene.RefusedAsync(version: "2");

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.MemoryExhausted), (error.Code, error.Reason));
        Assert.Equal(ample.Memory.Taken, scene.Memory.Taken);
        // Once the first one is gone there is room.
        await UnloadedAsync(scene, Patience);
        await scene.LoadedAsync("2");
    }

    [Fact]
    public async Task Load_TwoDevices_EachHasItsCopyAndEachIsFreed()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged, "cpu,cpu");
        var both = scene.Memory.Taken;
        await scene.LoadedAsync();
        Assert.Equal(2, scene.Entry()!.Model!.Replicas.Length);
        await EngineHarness.ResultAsync(scene.Send());
        await EventuallyAsync(() => scene.Memory.Taken == both);

        await UnloadedAsync(scene, Patience);

        await EventuallyAsync(() => scene.Memory.Taken == 0);
    }

    [Fact]
    public async Task Join_FailedOnOneDevice_IsFreedOnTheOther()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged, "cpu,cpu");
        var serving = scene.Memory.Taken;
        var here = (await scene.Engine.MaintainAsync(0, () => scene.Loading.Load("cpu", 2))).Value!;
        var there = here.Select(entry => entry.Without(ServedState.Failed, "Its weights are gone.")).ToList();
        Assert.True(scene.Memory.Taken > serving);

        var joined = await scene.Models.JoinAsync(scene.Engine, [here, there]);

        Assert.All(joined, entry => Assert.Equal((false, "Its weights are gone."), (entry.IsReady, entry.Reason)));
        Assert.Equal(serving, scene.Memory.Taken);
    }

    private static async Task<IReadOnlyList<ModelEntry>> UnloadedAsync(LifecycleScene scene, TimeSpan wait)
    {
        Assert.True((await scene.Models.UnloadAsync(TinyModels.Model, "", wait, Cancellation)).TryGet(out var entries, out var error), error?.Message);
        return entries;
    }

    private static async Task<HealthCheckResponse.Types.ServingStatus> HealthAsync(LifecycleScene scene) =>
        (await scene.Health.Check(new HealthCheckRequest { Service = $"model/{TinyModels.Model}" }, null!)).Status;

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.True(condition());
    }
}
