using FlashDiffusion.Server.Tests.BadInputs;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.OpenInference;

public sealed class InferenceHeadersTests
{
    [Fact]
    public async Task Stream_RequestTakenOn_SaysSoByItsHeadersBeforeAnythingIsComputed()
    {
        using var hold = new ManualResetEventSlim();
        await using var server = await InProcessServer.StartAsync(new MapperScene { Called = (_, _) => hold.Wait(TimeSpan.FromSeconds(60)) });
        using var stream = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel()).ModelStreamInfer(InProcessServer.Call());
        var headers = stream.ResponseHeadersAsync;
        await stream.RequestStream.WriteAsync(BadInputInferTests.Fine(), TestContext.Current.CancellationToken);

        await headers.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        hold.Set();
        await stream.RequestStream.CompleteAsync();
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Empty(answer.ErrorMessage);
        }
    }
}
