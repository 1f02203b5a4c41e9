using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.BadInputs;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceDrainTests
{
    [Fact]
    public async Task Drain_WhileOneRuns_RefusesTheNextAtOnceAndEndsAfterTheFirstIsDone()
    {
        using var hold = new ManualResetEventSlim();
        await using var server = await InProcessServer.StartAsync(new MapperScene { Called = (_, _) => hold.Wait(TimeSpan.FromSeconds(60)) });
        using var stream = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel()).ModelStreamInfer(InProcessServer.Call());
        var headers = stream.ResponseHeadersAsync;
        await SendAsync(stream, "first");
        await headers;

        server.Services.GetRequiredService<ServingState>().Drain();
        await SendAsync(stream, "second");

        Assert.True(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var refused = stream.ResponseStream.Current;
        Assert.Equal(("second", "SERVER_SHUTTING_DOWN"), (refused.InferResponse.Id, refused.InferResponse.Parameters["error_reason"].StringParam));
        hold.Set();
        var finals = new List<Inference.ModelStreamInferResponse>();
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var answer in stream.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            {
                finals.Add(answer);
            }
        });
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Equal(("first", ""), (finals[^1].InferResponse.Id, finals[^1].ErrorMessage));
        Assert.True(finals[^1].InferResponse.Parameters["triton_final_response"].BoolParam);
    }

    private static Task SendAsync(AsyncDuplexStreamingCall<Inference.ModelInferRequest, Inference.ModelStreamInferResponse> stream, string id)
    {
        var request = BadInputInferTests.Fine();
        request.Id = id;
        return stream.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
    }
}
