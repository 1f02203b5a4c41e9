using System.Collections.Concurrent;
using System.Diagnostics;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>What a call's span says of its end: HTTP calls most of them 200.</summary>
public sealed class CallSpanTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public CallSpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Span_OfACall_SaysHowItEnded()
    {
        await using var server = await InProcessServer.StartAsync(new MapperScene { Called = (network, _) => Break(network) });
        var client = server.Reconstruction();
        const string service = "flashdiffusion.v1.ReconstructionService/";

        await AssertAsync("flashdiffusion.v1.CatalogService/ListModels", "OK", async call => await new V1.CatalogService.CatalogServiceClient(server.Channel()).ListModelsAsync(new V1.ListModelsRequest(), call));
        await AssertAsync(service + "GetReconstruction", "NOT_FOUND", async call => await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "nobody's" }, call));
        await AssertAsync(service + "Degrade", "INVALID_ARGUMENT", async call => await client.DegradeAsync(new V1.DegradeRequest(), call));
        await AssertAsync(service + "Reconstruct", "INTERNAL", call => InProcessServer.ResultAsync(client, InProcessServer.Short(), call));
        await AssertAsync("_OTHER", "UNIMPLEMENTED", async call => await server.Channel().CreateCallInvoker().AsyncUnaryCall(Unknown, null, call, new V1.ListModelsRequest()));
    }

    private static readonly Method<V1.ListModelsRequest, V1.ListModelsResponse> Unknown = new(
        MethodType.Unary,
        "flashdiffusion.v1.CatalogService",
        "NoSuchMethod",
        Marshallers.Create(Google.Protobuf.MessageExtensions.ToByteArray, V1.ListModelsRequest.Parser.ParseFrom),
        Marshallers.Create(Google.Protobuf.MessageExtensions.ToByteArray, V1.ListModelsResponse.Parser.ParseFrom));

    private async Task AssertAsync(string method, string status, Func<CallOptions, Task> call)
    {
        var trace = ActivityTraceId.CreateRandom();
        var headers = new Metadata { { "traceparent", $"00-{trace}-b7ad6b7169203331-01" } };
        var answered = await Record.ExceptionAsync(() => call(InProcessServer.Call().WithHeaders(headers)));
        Assert.Equal(status == "OK", answered is null);

        Activity? span = null;
        await Eventually.IsAsync(() => (span = _ended.FirstOrDefault(ended => ended.TraceId == trace)) is not null);

        Assert.Equal(("grpc", method, status), (span!.GetTagItem("rpc.system.name"), span.GetTagItem("rpc.method"), span.GetTagItem("rpc.status_code")));
        Assert.Equal(status == "OK" ? (ActivityStatusCode.Unset, null) : (ActivityStatusCode.Error, status), (span.Status, span.GetTagItem("error.type")));
    }

    private static void Break(string network) => _ = network == "Denoise" ? throw new InvalidOperationException("Told to throw.") : 0;
}
