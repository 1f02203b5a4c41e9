using FlashDiffusion.Engine;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>What happens to requests while all threads that read are busy.</summary>
public sealed class ReadingPlacesTests
{
    // Who authenticates nowhere.
    private const string Anybody = "";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconstruct_WhoWaitsToBeRead_IsBoundedAndGivesItsPlaceBackOnceGone(bool named)
    {
        await using var server = await InProcessServer.StartAsync(null, ("Engine:MaximumSessions", "2"), ("Engine:MaximumWorkItems", "1"));
        var engine = server.Services.GetRequiredService<ServingState>().Context!.Engine;
        using var hold = new ManualResetEventSlim();
        var readers = await KeepBusyAsync(engine, hold);
        var client = server.Reconstruction();
        var waiting = Enumerable.Range(0, 2).Select(i => client.Reconstruct(Request(named ? $"name-{i}" : ""), InProcessServer.Call())).ToList();
        var estimate = client.EstimateSeverityAsync(Estimate(), InProcessServer.Call());

        var places = server.Services.GetRequiredService<ReadingPlaces>();
        await Eventually.IsAsync(() => places.Left(Anybody) == (0, 0));

        // Whichever comes third, by whatever way, is told at once.
        Assert.Equal(("QUEUE_FULL", "reconstructions"), await RefusalAsync(options => InProcessServer.ResultAsync(client, InProcessServer.Short(), options)));
        Assert.Equal(("WORK_FULL", "short_work"), await RefusalAsync(async options => await client.EstimateSeverityAsync(Estimate(), options)));

        // Those that waited leave, give their places back before any thread is free, and are not even looked at.
        waiting.ForEach(call => call.Dispose());
        estimate.Dispose();
        await Eventually.IsAsync(() => places.Left(Anybody) == (2, 1));
        hold.Set();
        await readers;
        await InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call());
        Assert.Equal(1, (await engine.StatisticsAsync(TestContext.Current.CancellationToken)).Requests.Accepted);
    }

    [Fact]
    public async Task Reconstruct_SomebodyElseFollowsOrItDetaches_KeepsItsPlaceAndIsRead()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Engine:MaximumSessions", "3"));
        var engine = server.Services.GetRequiredService<ServingState>().Context!.Engine;
        using var hold = new ManualResetEventSlim();
        var readers = await KeepBusyAsync(engine, hold);
        var client = server.Reconstruction();
        var detaching = Request("detaching");
        detaching.OnDisconnect = V1.OnDisconnect.Detach;
        var leaving = new[] { Request("left"), Request("shared"), detaching }.Select(request => client.Reconstruct(request, InProcessServer.Call())).ToList();
        var places = server.Services.GetRequiredService<ReadingPlaces>();
        await Eventually.IsAsync(() => places.Left(Anybody).Reconstructions == 0);
        var register = server.Services.GetRequiredService<RetainedRegister>();
        var staying = InProcessServer.ResultAsync(client, Request("shared"), InProcessServer.Call());
        await Eventually.IsAsync(() => register.Find(new RequestKey(Anybody, "shared"))!.Followers == 2);

        leaving.ForEach(call => call.Dispose());

        await Eventually.IsAsync(() => places.Left(Anybody).Reconstructions == 1 && register.Find(new RequestKey(Anybody, "left")) is null && !register.Find(new RequestKey(Anybody, "detaching"))!.IsFollowed);
        Assert.Equal(1, places.Left(Anybody).Reconstructions);
        hold.Set();
        await readers;
        await staying;
        await Eventually.IsAsync(async () => (await engine.StatisticsAsync(TestContext.Current.CancellationToken)).Requests.Accepted == 2);
    }

    [Fact]
    public async Task CancelReconstruction_BeforeItIsRead_EndsItAtOnceAndSaysWhy()
    {
        await using var server = await InProcessServer.StartAsync();
        using var hold = new ManualResetEventSlim();
        var readers = await KeepBusyAsync(server.Services.GetRequiredService<ServingState>().Context!.Engine, hold);
        var client = server.Reconstruction();
        var waiting = InProcessServer.ResultAsync(client, Request("unread"), InProcessServer.Call());
        var register = server.Services.GetRequiredService<RetainedRegister>();
        await Eventually.IsAsync(() => register.Find(new RequestKey(Anybody, "unread")) is not null);

        var answer = await client.CancelReconstructionAsync(new V1.CancelReconstructionRequest { RequestId = "unread" }, InProcessServer.Call());

        Assert.Equal(V1.ReconstructionState.Cancelled, answer.State);
        var refused = await Assert.ThrowsAsync<RpcException>(() => waiting);
        Assert.Equal((StatusCode.Cancelled, "CANCELLED_ON_REQUEST"), (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        hold.Set();
        await readers;
    }

    private static async Task<Task> KeepBusyAsync(ReconstructionEngine engine, ManualResetEventSlim hold)
    {
        var busy = 0;
        var readers = Enumerable.Range(0, Math.Max(8, Environment.ProcessorCount)).Select(_ => engine.AdmitAsync(() =>
        {
            Interlocked.Increment(ref busy);
            hold.Wait(TimeSpan.FromSeconds(120));
            return "";
        })).ToArray();
        await Eventually.IsAsync(() => Volatile.Read(ref busy) == readers.Length);
        return Task.WhenAll(readers);
    }

    private static V1.ReconstructRequest Request(string name)
    {
        var request = InProcessServer.Short();
        request.RequestId = name;
        return request;
    }

    private static V1.EstimateSeverityRequest Estimate() => new() { Measurement = MapperScene.Fine().Measurement, Operator = MapperScene.Fine().Operator };

    private static async Task<(string Reason, string Subject)> RefusalAsync(Func<CallOptions, Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call(InProcessServer.Call()));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        return (refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason, refused.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
    }
}
