using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Client;

public sealed class SeveralServersTests : TwoServers
{
    [Fact]
    public async Task Servers_OneIsNotThere_TheOtherOneWorks()
    {
        using var client = FlashClient.Connect(["http://127.0.0.1:1", First.Address], new FlashClientOptions { Resume = Quick });
        for (var i = 0; i < 3; i++)
        {
            var events = new List<ReconstructionEvent>();
            await foreach (var happened in client.FollowAsync(Request(), Cancellation))
            {
                events.Add(happened);
            }

            Assert.IsType<ReconstructionCompleted>(events[^1]);
        }

        Assert.Equal("starter", (await client.ListModelsAsync(Cancellation)).DefaultModel);
    }

    [Fact]
    public async Task Servers_OfAName_WorkAndResume()
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var name = $"dns:///localhost:{new Uri(First.Address).Port}";

        var events = await FollowAsync(Quick, Request(), name);

        Assert.Equal(new Uri(name), Assert.Single(events.OfType<ReconstructionResumed>()).Server);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
    }

    [Fact]
    public async Task Servers_NoneIsThere_EndsAfterOneRound()
    {
        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(new ResumePolicy(), Request(), "http://127.0.0.1:1", "http://127.0.0.1:2"));
        Assert.Equal(StatusCode.Unavailable, failure.Code);
    }

    [Fact]
    public async Task Reconstructions_ManyAtOnce_AreSpread()
    {
        using var client = FlashClient.Connect([First.Address, Second.Address]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await foreach (var message in client.ReconstructAsync(Request(), Cancellation))
            {
                Assert.NotEqual(ReconstructResponse.EventOneofCase.None, message.EventCase);
            }
        }));
        Assert.Equal(8, First.Reconstruction.Reconstructions.Count + Second.Reconstruction.Reconstructions.Count);
        Assert.InRange(First.Reconstruction.Reconstructions.Count, 2, 6);
    }

    [Fact]
    public async Task Calls_OfOneAnswer_GoToEachInTurn()
    {
        using var client = FlashClient.Connect([First.Address, Second.Address]);

        await client.DegradeAsync(new DegradeRequest { Picture = Request().Measurement, Seed = 1 }, Cancellation);
        await client.DegradeAsync(new DegradeRequest { Picture = Request().Measurement, Seed = 2 }, Cancellation);

        Assert.Equal((1UL, 2UL), (First.Reconstruction.LastDegradation?.Seed, Second.Reconstruction.LastDegradation?.Seed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ReconstructionState.Cancelled)]
    public async Task Calls_AboutAReconstructionThatABreakMoved_FindIt(ReconstructionState? left)
    {
        if (left is { } state)
        {
            First.Reconstruction.Known["moved"] = state;
        }

        Second.Reconstruction.Known["moved"] = ReconstructionState.Running;
        foreach (var addresses in new[] { new[] { First.Address, Second.Address }, [Second.Address, First.Address] })
        {
            using var client = FlashClient.Connect(addresses);
            Assert.Equal(ReconstructionState.Running, (await client.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "moved" }, Cancellation)).State);
        }

        using var both = FlashClient.Connect([First.Address, Second.Address]);
        Assert.Equal(ReconstructionState.Cancelled, (await both.CancelReconstructionAsync("moved", Cancellation)).State);
        Assert.Equal(ReconstructionState.Cancelled, Second.Reconstruction.Known["moved"]);
        Assert.Equal(ReconstructionState.Cancelled, (await both.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "moved" }, Cancellation)).State);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<FlashException>(() => both.CancelReconstructionAsync("nobody's", Cancellation))).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_FailedWhereABreakMovedIt_SaysWhyInAnyOrder(bool reversed)
    {
        First.Reconstruction.Known["moved"] = ReconstructionState.Cancelled;
        Second.Reconstruction.Known["moved"] = ReconstructionState.Failed;
        using var client = FlashClient.Connect(reversed ? [Second.Address, First.Address] : [First.Address, Second.Address]);
        // The servers are asked in turn, so that the second question has the other order.
        for (var i = 0; i < 2; i++)
        {
            var answer = await client.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "moved" }, Cancellation);
            Assert.Equal((ReconstructionState.Failed, "SOLVER_FAULT"), (answer.State, answer.Failure?.Reason));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_InAnyOrder_ReachesAllAndSaysTheSame(bool reversed)
    {
        First.Reconstruction.Known["one"] = ReconstructionState.Completed;
        Second.Reconstruction.Known["one"] = ReconstructionState.Running;
        using var client = FlashClient.Connect(reversed ? [Second.Address, First.Address] : [First.Address, Second.Address]);

        Assert.Equal(ReconstructionState.Completed, (await client.CancelReconstructionAsync("one", Cancellation)).State);
        Assert.Equal(ReconstructionState.Cancelled, Second.Reconstruction.Known["one"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_OneRefuses_ReachesTheOtherAndSaysSo(bool reversed)
    {
        First.Reconstruction.CancelRefusal = Failures.Of(StatusCode.PermissionDenied, "NOT_YOURS");
        Second.Reconstruction.Known["one"] = ReconstructionState.Running;
        using var client = FlashClient.Connect(reversed ? [Second.Address, First.Address] : [First.Address, Second.Address]);

        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<FlashException>(() => client.CancelReconstructionAsync("one", Cancellation))).Code);
        Assert.Equal(ReconstructionState.Cancelled, Second.Reconstruction.Known["one"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_ThatNoServerCouldDo_NameEachAndWhatItSaid(bool reversed)
    {
        const string nobody = "http://127.0.0.1:1";
        using var client = FlashClient.Connect(reversed ? [Second.Address, nobody] : [nobody, Second.Address]);

        foreach (var call in new Func<Task>[] { () => client.CancelReconstructionAsync("nobody's", Cancellation), () => client.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "nobody's" }, Cancellation) })
        {
            var failure = await Assert.ThrowsAsync<FlashException>(call);

            // It may be at the one that is not there.
            Assert.Equal(StatusCode.Unavailable, failure.Code);
            Assert.Contains($"No FlashDiffusion server answers at {nobody}/", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"{Second.Address}/: It failed.", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Follow_NoServerThere_NamesEach()
    {
        string[] nobody = ["http://127.0.0.1:1", "http://127.0.0.1:2"];

        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(new ResumePolicy { FirstDelay = TimeSpan.FromMilliseconds(1) }, Request(), nobody));

        Assert.Equal(StatusCode.Unavailable, failure.Code);
        Assert.All(nobody, address => Assert.Contains($"answers at {address}/", failure.Message, StringComparison.Ordinal));
    }
}
