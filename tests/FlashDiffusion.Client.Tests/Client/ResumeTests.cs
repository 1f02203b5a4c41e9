using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Client;

public sealed class ResumeTests : IAsyncLifetime
{
    private static readonly ResumePolicy Quick = new() { Tries = 3, FirstDelay = TimeSpan.FromMilliseconds(1), CheckpointEverySteps = 3 };
    private FakeFlashServer _first = null!;
    private FakeFlashServer _second = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_first, _second) = (await FakeFlashServer.StartAsync(), await FakeFlashServer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [InlineData(FakeBreak.Abort)]
    [InlineData(FakeBreak.Cancelled)]
    [InlineData(FakeBreak.Silence)]
    [InlineData(FakeBreak.MissingEvent)]
    [InlineData(FakeBreak.DamagedTensor)]
    public async Task Break_AtAStep_GoesOnElsewhereFromTheLastCheckpoint(FakeBreak how)
    {
        _first.Reconstruction.Breaks.Enqueue((8, how));
        _second.Reconstruction.Breaks.Enqueue((8, how));
        var events = await FollowAsync(Quick with { Silence = how == FakeBreak.Silence ? TimeSpan.FromSeconds(4) : TimeSpan.FromSeconds(60) }, Request());

        Assert.IsType<ReconstructionAccepted>(events[0]);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(Enumerable.Range(1, FakeReconstruction.Steps), events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));
        var resumed = events.OfType<ReconstructionResumed>().ToList();
        Assert.InRange(resumed.Count, 1, 2);
        // A reset may overtake events that were sent before it.
        Assert.All(resumed, happened => Assert.True(happened.IsExact && (happened.Step == 6 || (how == FakeBreak.Abort && happened.Step < 6)), $"{happened}"));
        // Every server was asked the same, under the same name; the second time with the checkpoint.
        var requests = _first.Reconstruction.Reconstructions.Concat(_second.Reconstruction.Reconstructions).ToList();
        Assert.Single(requests.Select(request => request.RequestId).Distinct());
        Assert.All(requests, request => Assert.Equal(36, request.RequestId.Length));
        Assert.Single(requests, request => request.ResumeFrom is null);
        Assert.NotEmpty(_first.Reconstruction.Reconstructions);
        Assert.NotEmpty(_second.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task Break_BeforeTheFirstProgress_GoesOnFromTheAcceptedEvent()
    {
        _first.Reconstruction.Breaks.Enqueue((1, FakeBreak.Abort));
        var events = await FollowAsync(Quick, Request(), _first.Address);
        Assert.Equal(0, Assert.Single(events.OfType<ReconstructionResumed>()).Step);
        Assert.Equal("0", _first.Reconstruction.Reconstructions[1].ResumeFrom.Token.ToStringUtf8());
        Assert.IsType<ReconstructionCompleted>(events[^1]);
    }

    [Fact]
    public async Task Break_WithoutProgressInBetween_IsBorneSoManyTimes()
    {
        for (var i = 0; i < 10; i++)
        {
            _first.Reconstruction.Breaks.Enqueue((7, FakeBreak.Cancelled));
        }

        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), _first.Address));
        Assert.Equal(StatusCode.Cancelled, failure.Code);
        Assert.Equal(1 + Quick.Tries, _first.Reconstruction.Reconstructions.Count);
    }

    [Fact]
    public async Task Break_PolicyNone_EndsTheCallAndAsksForNothing()
    {
        _first.Reconstruction.Breaks.Enqueue((7, FakeBreak.Cancelled));
        await Assert.ThrowsAsync<FlashException>(() => FollowAsync(ResumePolicy.None, Request(), _first.Address));
        var request = Assert.Single(_first.Reconstruction.Reconstructions);
        Assert.Equal(("", null), (request.RequestId, request.Progress));
    }

    [Theory]
    [InlineData(StatusCode.Internal, "SOLVER_FAULT")]
    [InlineData(StatusCode.InvalidArgument, "INVALID_REQUEST")]
    [InlineData(StatusCode.NotFound, "UNKNOWN_NAME")]
    [InlineData(StatusCode.Cancelled, "CANCELLED_ON_REQUEST")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_TOO_TIGHT")]
    public async Task Failure_OfTheRequestItself_IsNotTriedAgain(StatusCode code, string reason)
    {
        _first.Reconstruction.Failures.Enqueue(Failures.Of(code, reason));
        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), _first.Address));
        Assert.Equal((code, reason), (failure.Code, failure.Reason));
        Assert.Single(_first.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_Negative_EndsTheTries()
    {
        _first.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(-1));
        Assert.Equal("SERVER_SHUTTING_DOWN", (await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), _first.Address))).Reason);
        Assert.Single(_first.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_Positive_IsWaitedForWhereThereIsNoOtherServer()
    {
        _first.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(1500));
        var began = TimeProvider.System.GetTimestamp();
        await FollowAsync(Quick, Request(), _first.Address);
        Assert.True(TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(1.4));
    }

    [Fact]
    public async Task PushBack_PastTheTimeLimit_IsNotWaitedFor()
    {
        _first.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMinutes(20)));
        using var client = FlashClient.Connect(_first.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = TimeSpan.FromMinutes(10) });

        var late = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(client, Request()).WaitAsync(TimeSpan.FromMinutes(2), Cancellation));
        var again = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(client, Request()).WaitAsync(TimeSpan.FromMinutes(2), Cancellation));

        Assert.Equal((StatusCode.DeadlineExceeded, StatusCode.DeadlineExceeded), (late.Code, again.Code));
        Assert.Contains("The queue is full.", late.Message, StringComparison.Ordinal);
        Assert.Single(_first.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_WithinTheTimeLimit_IsWaitedFor()
    {
        _first.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMilliseconds(50)));
        using var client = FlashClient.Connect(_first.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = TimeSpan.FromMinutes(10) });

        Assert.IsType<ReconstructionCompleted>((await FollowAsync(client, Request()))[^1]);
    }

    [Fact]
    public async Task PushBack_Positive_AnotherServerIsAskedMeanwhile()
    {
        _first.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(300_000));
        _second.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMilliseconds(5)));
        await FollowAsync(Quick, Request()).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "RESUME_UNFIT")]
    [InlineData(StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_TOO_TIGHT")]
    public async Task Checkpoint_UselessToTheOtherServer_BeginsAgainWithTheSameSeed(StatusCode code, string reason)
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var request = Request();
        using var client = FlashClient.Connect(_first.Address, new FlashClientOptions { Resume = Quick });
        var events = new List<ReconstructionEvent>();
        await foreach (var happened in client.FollowAsync(request, Cancellation))
        {
            events.Add(happened);
            if (happened is ReconstructionProgress { Progress.Step: 8 })
            {
                _first.Reconstruction.Failures.Enqueue(Failures.Of(code, reason));
            }
        }

        Assert.Equal(0, Assert.Single(events.OfType<ReconstructionResumed>()).Step);
        Assert.Equal(Enumerable.Range(1, FakeReconstruction.Steps), events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));
        var last = _first.Reconstruction.Reconstructions[^1];
        Assert.Equal((null, true), (last.ResumeFrom, last.HasSeed));
        Assert.Equal(("starter", "1", "latent_dps"), (last.Model, last.ModelVersion, last.Solver.Name));
    }

    [Fact]
    public async Task Break_GoesOnWithinATolerance_ItsPlanIsSeenAndWhatTheLookGaveStays()
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        _first.Reconstruction.Plans = plan =>
        {
            if (plan.Resumed is not null)
            {
                plan.DecodedMean = null;
                plan.Notices.Add(new Notice { Code = "RESUME_NOT_EXACT", Message = "Within a tolerance." });
            }
        };
        var request = Request();
        request.Progress = new ProgressOptions { IncludeDecodedMean = true };

        var resumed = Assert.Single((await FollowAsync(Quick, request, _first.Address)).OfType<ReconstructionResumed>());

        Assert.Contains(resumed.Plan.Notices, notice => notice.Code == "RESUME_NOT_EXACT");
        Assert.NotNull(resumed.Plan.DecodedMean);
        Assert.False(resumed.HasOtherPlan);
    }

    [Fact]
    public async Task Break_BeginsAgainWithAnotherPlan_IsSeenFromItsFirstStepOn()
    {
        const int Fewer = 5;
        _first.Reconstruction.Plans = plan => (plan.TotalSteps, plan.Cut) = _first.Reconstruction.Reconstructions.Count % 2 == 0
            ? (Fewer, new Cut { StepsWithout = FakeReconstruction.Steps, Reason = CutReason.Deadline, GuidanceFactor = 1 })
            : (FakeReconstruction.Steps, null);
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var policy = Quick with { CheckpointEverySteps = 0 };
        var events = await FollowAsync(policy, Request(), _first.Address);

        var again = Assert.Single(events.OfType<ReconstructionResumed>());
        Assert.Equal((true, Fewer, FakeReconstruction.Steps), (again.HasOtherPlan, again.Plan.TotalSteps, again.Plan.Cut.StepsWithout));
        Assert.Equal([.. Enumerable.Range(1, 8), .. Enumerable.Range(1, Fewer)], events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));

        // As messages, too.
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        using var client = FlashClient.Connect(_first.Address, new FlashClientOptions { Resume = policy });
        var messages = new List<ReconstructResponse>();
        await foreach (var message in client.ReconstructAsync(Request(), Cancellation))
        {
            messages.Add(message);
        }

        Assert.Equal([FakeReconstruction.Steps, Fewer], messages.Where(message => message.Accepted is not null).Select(message => message.Accepted.TotalSteps));
        Assert.Equal(Enumerable.Range(0, messages.Count), messages.Select(message => (int)message.Sequence));
    }

    [Fact]
    public async Task Break_AServerLacksWhatItBeganWith_IsAskedForElsewhere()
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        // Two servers behind one address: the one that the first stream did not come to has another version.
        _first.Reconstruction.Plans = _ =>
        {
            if (_first.Reconstruction.Reconstructions.Count == 1)
            {
                _first.Reconstruction.Failures.Enqueue(Failures.Of(StatusCode.FailedPrecondition, "RESUME_UNFIT"));
                _first.Reconstruction.Failures.Enqueue(Failures.Of(StatusCode.NotFound, "UNKNOWN_NAME"));
            }
        };

        var events = await FollowAsync(Quick, Request(), _first.Address);

        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(4, _first.Reconstruction.Reconstructions.Count);
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(5, 5)]
    [InlineData(30, 10)]
    public async Task TimeLimit_AfterABreak_DoesNotBeginAnew(int? timeout, int minutes)
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var request = Request();
        request.Scheduling = new Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) };
        using var client = FlashClient.Connect(_first.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = timeout is { } limit ? TimeSpan.FromMinutes(limit) : null });
        var began = TimeProvider.System.GetUtcNow().UtcDateTime;

        await FollowAsync(client, request);

        var (first, second) = (_first.Reconstruction.Deadlines[0], _first.Reconstruction.Deadlines[1]);
        Assert.Equal(timeout is null, first == DateTime.MaxValue);
        // What passed until the second stream came is passed.
        Assert.InRange(second - began, TimeSpan.FromMinutes(minutes - 0.1), TimeSpan.FromMinutes(minutes + 4));
        // The request itself stays the same, so that it still means what it began.
        Assert.Equal(request.Scheduling, _first.Reconstruction.Reconstructions[1].Scheduling);
    }

    [Fact]
    public async Task TimeLimit_OverAtABreak_EndsItThere()
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Abort));
        var request = Request();
        request.Scheduling = new Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) };

        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, request, _first.Address));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.Contains("while waiting to go on after", failure.Message, StringComparison.Ordinal);
        Assert.Single(_first.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task Servers_OneIsNotThere_TheOtherOneWorks()
    {
        using var client = FlashClient.Connect(["http://127.0.0.1:1", _first.Address], new FlashClientOptions { Resume = Quick });
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
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var name = $"dns:///localhost:{new Uri(_first.Address).Port}";

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
    public async Task Request_AboveTheRetryBufferOfGrpc_IsSentAgain()
    {
        _first.Reconstruction.Breaks.Enqueue((8, FakeBreak.Abort));
        var request = new ReconstructRequest { Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 400 * 400], 3, 400, 400) } };
        var events = await FollowAsync(Quick, request, _first.Address);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(request.Measurement.Tensor.Data, _first.Reconstruction.Reconstructions[1].Measurement.Tensor.Data);
    }

    [Fact]
    public async Task Reconstructions_ManyAtOnce_AreSpread()
    {
        using var client = FlashClient.Connect([_first.Address, _second.Address]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await foreach (var message in client.ReconstructAsync(Request(), Cancellation))
            {
                Assert.NotEqual(ReconstructResponse.EventOneofCase.None, message.EventCase);
            }
        }));
        Assert.Equal(8, _first.Reconstruction.Reconstructions.Count + _second.Reconstruction.Reconstructions.Count);
        Assert.InRange(_first.Reconstruction.Reconstructions.Count, 2, 6);
    }

    [Fact]
    public async Task Calls_OfOneAnswer_GoToEachInTurn()
    {
        using var client = FlashClient.Connect([_first.Address, _second.Address]);

        await client.DegradeAsync(new DegradeRequest { Picture = Request().Measurement, Seed = 1 }, Cancellation);
        await client.DegradeAsync(new DegradeRequest { Picture = Request().Measurement, Seed = 2 }, Cancellation);

        Assert.Equal((1UL, 2UL), (_first.Reconstruction.LastDegradation?.Seed, _second.Reconstruction.LastDegradation?.Seed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ReconstructionState.Cancelled)]
    public async Task Calls_AboutAReconstructionThatABreakMoved_FindIt(ReconstructionState? left)
    {
        if (left is { } state)
        {
            _first.Reconstruction.Known["moved"] = state;
        }

        _second.Reconstruction.Known["moved"] = ReconstructionState.Running;
        foreach (var addresses in new[] { new[] { _first.Address, _second.Address }, [_second.Address, _first.Address] })
        {
            using var client = FlashClient.Connect(addresses);
            Assert.Equal(ReconstructionState.Running, (await client.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "moved" }, Cancellation)).State);
        }

        using var both = FlashClient.Connect([_first.Address, _second.Address]);
        Assert.Equal(ReconstructionState.Cancelled, (await both.CancelReconstructionAsync("moved", Cancellation)).State);
        Assert.Equal(ReconstructionState.Cancelled, _second.Reconstruction.Known["moved"]);
        Assert.Equal(ReconstructionState.Cancelled, (await both.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "moved" }, Cancellation)).State);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<FlashException>(() => both.CancelReconstructionAsync("nobody's", Cancellation))).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_FailedWhereABreakMovedIt_SaysWhyInAnyOrder(bool reversed)
    {
        _first.Reconstruction.Known["moved"] = ReconstructionState.Cancelled;
        _second.Reconstruction.Known["moved"] = ReconstructionState.Failed;
        using var client = FlashClient.Connect(reversed ? [_second.Address, _first.Address] : [_first.Address, _second.Address]);
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
        _first.Reconstruction.Known["one"] = ReconstructionState.Completed;
        _second.Reconstruction.Known["one"] = ReconstructionState.Running;
        using var client = FlashClient.Connect(reversed ? [_second.Address, _first.Address] : [_first.Address, _second.Address]);

        Assert.Equal(ReconstructionState.Completed, (await client.CancelReconstructionAsync("one", Cancellation)).State);
        Assert.Equal(ReconstructionState.Cancelled, _second.Reconstruction.Known["one"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_OneRefuses_ReachesTheOtherAndSaysSo(bool reversed)
    {
        _first.Reconstruction.CancelRefusal = Failures.Of(StatusCode.PermissionDenied, "NOT_YOURS");
        _second.Reconstruction.Known["one"] = ReconstructionState.Running;
        using var client = FlashClient.Connect(reversed ? [_second.Address, _first.Address] : [_first.Address, _second.Address]);

        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<FlashException>(() => client.CancelReconstructionAsync("one", Cancellation))).Code);
        Assert.Equal(ReconstructionState.Cancelled, _second.Reconstruction.Known["one"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_ThatNoServerCouldDo_NameEachAndWhatItSaid(bool reversed)
    {
        const string nobody = "http://127.0.0.1:1";
        using var client = FlashClient.Connect(reversed ? [_second.Address, nobody] : [nobody, _second.Address]);

        foreach (var call in new Func<Task>[] { () => client.CancelReconstructionAsync("nobody's", Cancellation), () => client.GetReconstructionAsync(new GetReconstructionRequest { RequestId = "nobody's" }, Cancellation) })
        {
            var failure = await Assert.ThrowsAsync<FlashException>(call);

            // It may be at the one that is not there.
            Assert.Equal(StatusCode.Unavailable, failure.Code);
            Assert.Contains($"No FlashDiffusion server answers at {nobody}/", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"{_second.Address}/: It failed.", failure.Message, StringComparison.Ordinal);
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

    private static ReconstructRequest Request() => new()
    {
        Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 8 * 8], 3, 8, 8) },
    };

    private async Task<List<ReconstructionEvent>> FollowAsync(ResumePolicy policy, ReconstructRequest request, params string[] addresses)
    {
        using var client = FlashClient.Connect(addresses.Length > 0 ? addresses : [_first.Address, _second.Address], new FlashClientOptions { Resume = policy });
        return await FollowAsync(client, request);
    }

    private static async Task<List<ReconstructionEvent>> FollowAsync(FlashClient client, ReconstructRequest request)
    {
        var events = new List<ReconstructionEvent>();
        await foreach (var happened in client.FollowAsync(request, Cancellation))
        {
            events.Add(happened);
        }

        return events;
    }
}
