using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Client;

public sealed class FlashClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reconstruct_Stream_ArrivesInOrder()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var client = FlashClient.Connect(server.Address);

        var events = new List<ReconstructResponse>();
        await foreach (var message in client.ReconstructAsync(Request(), Cancellation))
        {
            events.Add(message);
        }

        Assert.Equal(FakeReconstruction.Steps + 2, events.Count);
        Assert.Equal(ReconstructResponse.EventOneofCase.Accepted, events[0].EventCase);
        Assert.Equal(ReconstructResponse.EventOneofCase.Result, events[^1].EventCase);
    }

    [Fact]
    public async Task Call_ToAPortOfHttp1_SaysWhichPortIsMeant()
    {
        await using var server = await FakeFlashServer.StartAsync(protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        using var client = FlashClient.Connect(server.Address);

        var failure = await Assert.ThrowsAsync<FlashException>(() => client.ListModelsAsync(Cancellation));

        Assert.Equal(StatusCode.Unavailable, failure.Code);
        Assert.Contains($"What answers at {server.Address}/ does not speak gRPC", failure.Message, StringComparison.Ordinal);
        Assert.Contains("8001", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://there:1", "does not speak gRPC")]
    [InlineData("https://there:1", "may ask for a client certificate")]
    public void From_ConnectionClosedWhileItWasOpened_IsNoFaultOfTheServer(string address, string words)
    {
        var closed = new HttpRequestException(HttpRequestError.Unknown, "The server did not complete the HTTP/2 handshake.");

        var failure = FlashException.From(new RpcException(new Status(StatusCode.Internal, "Error starting gRPC call.", closed)), new Uri(address));

        Assert.Equal(StatusCode.Unavailable, failure.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconstruct_LeavingTheLoop_CancelsTheWork()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Hangs = true;
        using var client = FlashClient.Connect(server.Address);

        await foreach (var message in client.ReconstructAsync(Request(), Cancellation))
        {
            Assert.NotNull(message.Accepted);
            break;
        }

        await server.Reconstruction.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Reconstruct_CancelledToken_GivesOperationCanceled()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Hangs = true;
        using var client = FlashClient.Connect(server.Address);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.ReconstructAsync(Request(), source.Token))
            {
                await source.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task Call_BadRequest_CarriesEveryProblem()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.BadRequest(("operator.name", "There is no operator 'blurr'."), ("seed", "Must be positive."));
        using var client = FlashClient.Connect(server.Address);

        var exception = await Assert.ThrowsAsync<FlashException>(() => client.DegradeAsync(new DegradeRequest(), Cancellation));

        Assert.Equal((StatusCode.InvalidArgument, "INVALID_REQUEST"), (exception.Code, exception.Reason));
        Assert.Equal(["operator.name", "seed"], exception.Problems.Select(problem => problem.Field));
        Assert.Contains("operator.name: There is no operator 'blurr'.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("seed: Must be positive.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_FullQueue_SaysWhenToTryAgain()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.QueueFull(TimeSpan.FromSeconds(4.5));
        using var client = FlashClient.Connect(server.Address);

        var exception = await Assert.ThrowsAsync<FlashException>(() => client.EstimateSeverityAsync(new EstimateSeverityRequest(), Cancellation));

        Assert.Equal(TimeSpan.FromSeconds(4.5), exception.RetryAfter);
        Assert.Contains("Try again in 4.5 s.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_Nobody_NamesTheAddress()
    {
        using var client = FlashClient.Connect("127.0.0.1:1");

        var exception = await Assert.ThrowsAsync<FlashException>(() => client.ListModelsAsync(Cancellation));

        Assert.Equal((StatusCode.Unavailable, ""), (exception.Code, exception.Reason));
        Assert.Contains("http://127.0.0.1:1/", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Call_SilentServer_EndsAtTheDeadline()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Hangs = true;
        using var client = FlashClient.Connect(server.Address, new FlashClientOptions { UnaryTimeout = TimeSpan.FromSeconds(0.3) });

        var exception = await Assert.ThrowsAsync<FlashException>(() => client.EstimateSeverityAsync(new EstimateSeverityRequest(), Cancellation));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.Code);
        Assert.Contains("did not answer within the time limit", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Deadline Exceeded")]
    public void From_DeadlineThatEitherSideSaw_SaysThatItPassed(string detail)
    {
        var failure = FlashException.From(new RpcException(new Status(StatusCode.DeadlineExceeded, detail)), new Uri("http://example.test:8001"));
        Assert.Equal("The server at http://example.test:8001/ did not answer within the time limit.", failure.Message);
    }

    [Fact]
    public async Task Degrade_MessageAboveTheDefaultOfGrpc_PassesBothWays()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var client = FlashClient.Connect(server.Address);
        var picture = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 800 * 800], 3, 800, 800) };

        var answer = await client.DegradeAsync(new DegradeRequest { Picture = picture }, Cancellation);

        Assert.Equal(3 * 800 * 800 * 4, answer.Measurement.Tensor.Data.Length);
    }

    private static ReconstructRequest Request() => new()
    {
        Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 8 * 8], 3, 8, 8) },
    };
}
