using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Errors;

/// <summary>What those who run the server see of requests that can't be run. Alone, since metrics of one name are those of all servers in the process.</summary>
[Collection(AloneCollection.Name)]
public sealed class RefusedRequestTests
{
    [Fact]
    public async Task Call_BytesThatAreNoMessage_IsNoErrorInTheLog()
    {
        await using var server = await InProcessServer.StartAsync();

        var refusal = await Assert.ThrowsAsync<RpcException>(() => DegradeBytesAsync(server));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.DoesNotContain(server.Logs.Text.Split('\n'), line => line.StartsWith("Error:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_OfEachKindThatCantBeRun_AreCountedAsInvalid()
    {
        await using var server = await InProcessServer.StartAsync();
        var client = server.Reconstruction();

        await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, new V1.ReconstructRequest(), InProcessServer.Call()));
        await Assert.ThrowsAsync<RpcException>(async () => await client.EstimateSeverityAsync(new V1.EstimateSeverityRequest(), InProcessServer.Call()));
        await Assert.ThrowsAsync<RpcException>(async () => await client.DegradeAsync(new V1.DegradeRequest(), InProcessServer.Call()));

        var inference = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel());
        await Assert.ThrowsAsync<RpcException>(async () => await inference.ModelInferAsync(new Inference.ModelInferRequest(), InProcessServer.Call()));
        using (var stream = inference.ModelStreamInfer(InProcessServer.Call()))
        {
            await stream.RequestStream.WriteAsync(new Inference.ModelInferRequest(), TestContext.Current.CancellationToken);
            Assert.True(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await Assert.ThrowsAsync<RpcException>(() => DegradeBytesAsync(server));

        using var http = new HttpClient();
        using var unreadable = new StringContent("{\"seed\": \"many\"}", null, "application/json");
        using var refused = await http.PostAsync(new Uri(server.Http, "/v1/reconstructions"), unreadable, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        var metrics = await http.GetStringAsync(new Uri(server.Metrics, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Matches("""flashdiffusion_requests_rejected_total\{[^}]*reason="Invalid"[^}]*\} 7\b""", metrics);
    }

    private static async Task DegradeBytesAsync(InProcessServer server)
    {
        var bytes = Marshallers.Create(static (byte[] message) => message, static answer => answer);
        var degrade = new Method<byte[], byte[]>(MethodType.Unary, "flashdiffusion.v1.ReconstructionService", "Degrade", bytes, bytes);
        using var call = server.Channel().CreateCallInvoker().AsyncUnaryCall(degrade, null, InProcessServer.Call(), [0xff, 0xff, 0xff]);
        await call;
    }
}
