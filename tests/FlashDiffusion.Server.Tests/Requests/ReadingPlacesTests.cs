using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>What happens to requests while all threads that read are busy.</summary>
public sealed class ReadingPlacesTests
{
    [Fact]
    public async Task Reconstruct_WhoWaitsToBeRead_IsBoundedAndNotReadOnceGone()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Engine:MaximumSessions", "2"), ("Engine:MaximumWorkItems", "1"));
        var engine = server.Services.GetRequiredService<ServingState>().Context!.Engine;
        using var hold = new ManualResetEventSlim();
        var busy = 0;
        var readers = Enumerable.Range(0, Math.Max(8, Environment.ProcessorCount)).Select(_ => engine.AdmitAsync(() =>
        {
            Interlocked.Increment(ref busy);
            hold.Wait(TimeSpan.FromSeconds(60));
            return "";
        })).ToArray();
        await Eventually.IsAsync(() => Volatile.Read(ref busy) == readers.Length);
        var channel = server.Channel();
        var client = server.Reconstruction(channel);
        var waiting = Enumerable.Range(0, 2).Select(_ => client.Reconstruct(InProcessServer.Short(), InProcessServer.Call())).ToList();
        var estimate = client.EstimateSeverityAsync(Estimate(), InProcessServer.Call());

        // Whichever comes third, by whatever way, is told at once.
        Assert.Equal(("QUEUE_FULL", "reconstructions"), await RefusalAsync(options => InProcessServer.ResultAsync(client, InProcessServer.Short(), options)));
        Assert.Equal(("WORK_FULL", "short_work"), await RefusalAsync(async options => await client.EstimateSeverityAsync(Estimate(), options)));

        // Those that waited leave, and are not even looked at.
        waiting.ForEach(call => call.Dispose());
        // By the same connection, so that the server has read of their end before; its calls hear of it a moment later.
        await new V1.CatalogService.CatalogServiceClient(channel).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call());
        await Task.Delay(500, TestContext.Current.CancellationToken);
        hold.Set();
        await Task.WhenAll(readers);
        await Record.ExceptionAsync(() => estimate.ResponseAsync);
        await InProcessServer.ResultAsync(client, InProcessServer.Short(), InProcessServer.Call());
        Assert.Equal(1, (await engine.StatisticsAsync(TestContext.Current.CancellationToken)).Requests.Accepted);
    }

    private static V1.EstimateSeverityRequest Estimate() => new() { Measurement = MapperScene.Fine().Measurement, Operator = MapperScene.Fine().Operator };

    private static async Task<(string Reason, string Subject)> RefusalAsync(Func<CallOptions, Task> call)
    {
        for (var tries = 0; ; tries++)
        {
            // Those before may not have come so far yet: then this one has a place, and leaves like them.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            var refusal = await Record.ExceptionAsync(() => call(InProcessServer.Call().WithCancellationToken(patience.Token)));
            if (refusal is RpcException { StatusCode: StatusCode.ResourceExhausted } refused)
            {
                return (refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason, refused.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations.Single().Subject);
            }

            Assert.True(tries < 3, $"It was not refused: {refusal}");
        }
    }
}
