using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Tests.BadInputs;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.OpenInference;

/// <summary>Requests that end without a result on a stream that goes on, against the whole server.</summary>
public sealed class InferenceStreamEndsTests : IDisposable
{
    private readonly SemaphoreSlim _hold = new(0);

    [Fact]
    public async Task Full_IsToldWithTheTimeToWait()
    {
        await using var server = await StartAsync(places: 1);
        using var stream = Client(server).ModelStreamInfer(Patient);
        await SendAsync(stream, "first");
        await Eventually.IsAsync(() => server.ActiveSessions == 1);
        await SendAsync(stream, "second");

        var full = await FinalAsync(stream);

        Assert.Equal(("second", (long)StatusCode.ResourceExhausted, "QUEUE_FULL"), (full.InferResponse.Id, full.InferResponse.Parameters["error_code"].Int64Param, full.InferResponse.Parameters["error_reason"].StringParam));
        Assert.InRange(full.InferResponse.Parameters["error_retry_after_ms"].Int64Param, 1, long.MaxValue);
        _hold.Release(100);
        Assert.Equal(("first", ""), IdAndError(await FinalAsync(stream)));
    }

    [Fact]
    public async Task Cancelled_OneOfTwo_EndsOnceAndTheStreamGoesOn()
    {
        await using var server = await StartAsync(places: 8);
        using var stream = Client(server).ModelStreamInfer(Patient);
        await SendAsync(stream, "cancelled", request =>
        {
            request.Parameters["request_id"] = new() { StringParam = "mine" };
            request.Parameters["ddim_steps"] = new() { Int64Param = 1000 };
            // From the start: where severity says, so few are left that they are done before a crowded server hears of the cancellation.
            request.Parameters["adaptation"] = new() { StringParam = "full" };
        });
        await SendAsync(stream, "other");
        await Eventually.IsAsync(() => server.ActiveSessions == 2);

        var cancelling = server.Reconstruction().CancelReconstructionAsync(new V1.CancelReconstructionRequest { RequestId = "mine" }, Patient).ResponseAsync;
        // A step at a time, of a thousand, and no faster than a crowded server hears of the cancellation.
        while (!cancelling.IsCompleted)
        {
            _hold.Release();
            await Task.WhenAny(cancelling, Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        }

        _hold.Release(100);

        var finals = new[] { await FinalAsync(stream), await FinalAsync(stream) }.ToDictionary(final => final.InferResponse.Id);
        Assert.Equal(V1.ReconstructionState.Cancelled, (await cancelling).State);
        Assert.Equal(((long)StatusCode.Cancelled, "CANCELLED_ON_REQUEST"), (finals["cancelled"].InferResponse.Parameters["error_code"].Int64Param, finals["cancelled"].InferResponse.Parameters["error_reason"].StringParam));
        Assert.Equal(("other", ""), IdAndError(finals["other"]));
        await SendAsync(stream, "third");
        Assert.Equal(("third", ""), IdAndError(await FinalAsync(stream)));
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _hold.Dispose();

    // Without a deadline, which would be a promise: steps that are held take long.
    private static CallOptions Patient => InProcessServer.Call().WithDeadline(DateTime.MaxValue);

    private static Inference.GRPCInferenceService.GRPCInferenceServiceClient Client(InProcessServer server) => new(server.Channel());

    private static (string Id, string Error) IdAndError(Inference.ModelStreamInferResponse final) => (final.InferResponse.Id, final.ErrorMessage);

    private static Task SendAsync(AsyncDuplexStreamingCall<Inference.ModelInferRequest, Inference.ModelStreamInferResponse> stream, string id, Action<Inference.ModelInferRequest>? change = null)
    {
        var request = BadInputInferTests.Fine();
        request.Id = id;
        request.Parameters["ddim_steps"] = new() { Int64Param = 4 };
        change?.Invoke(request);
        return stream.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<Inference.ModelStreamInferResponse> FinalAsync(AsyncDuplexStreamingCall<Inference.ModelInferRequest, Inference.ModelStreamInferResponse> stream)
    {
        while (await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            if (stream.ResponseStream.Current.InferResponse.Parameters["triton_final_response"].BoolParam)
            {
                return stream.ResponseStream.Current;
            }
        }

        throw new InvalidOperationException("The stream ended before the last response of a request.");
    }

    private Task<InProcessServer> StartAsync(int places) => InProcessServer.StartAsync(new MapperScene
    {
        Engine = new EngineOptions { MaximumSessions = places },
        Called = (network, _) => Assert.True(network != "Denoise" || _hold.Wait(TimeSpan.FromSeconds(60))),
    });
}
