using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Client;

public sealed class ResumeTests : TwoServers
{
    [Theory]
    [InlineData(FakeBreak.Abort)]
    [InlineData(FakeBreak.Cancelled)]
    [InlineData(FakeBreak.Silence)]
    [InlineData(FakeBreak.MissingEvent)]
    [InlineData(FakeBreak.DamagedTensor)]
    public async Task Break_AtAStep_GoesOnElsewhereFromTheLastCheckpoint(FakeBreak how)
    {
        First.Reconstruction.Breaks.Enqueue((8, how));
        Second.Reconstruction.Breaks.Enqueue((8, how));
        var events = await FollowAsync(Quick with { Silence = how == FakeBreak.Silence ? TimeSpan.FromSeconds(4) : TimeSpan.FromSeconds(60) }, Request());

        Assert.IsType<ReconstructionAccepted>(events[0]);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(Enumerable.Range(1, FakeReconstruction.Steps), events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));
        var resumed = events.OfType<ReconstructionResumed>().ToList();
        Assert.InRange(resumed.Count, 1, 2);
        // A reset may overtake events that were sent before it.
        Assert.All(resumed, happened => Assert.True(happened.IsExact && (happened.Step == 6 || (how == FakeBreak.Abort && happened.Step < 6)), $"{happened}"));
        // Every server was asked the same, under the same name; the second time with the checkpoint.
        var requests = First.Reconstruction.Reconstructions.Concat(Second.Reconstruction.Reconstructions).ToList();
        Assert.Single(requests.Select(request => request.RequestId).Distinct());
        Assert.All(requests, request => Assert.Equal(36, request.RequestId.Length));
        Assert.Single(requests, request => request.ResumeFrom is null);
        Assert.NotEmpty(First.Reconstruction.Reconstructions);
        Assert.NotEmpty(Second.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task Break_BeforeTheFirstProgress_GoesOnFromTheAcceptedEvent()
    {
        First.Reconstruction.Breaks.Enqueue((1, FakeBreak.Abort));
        var events = await FollowAsync(Quick, Request(), First.Address);
        Assert.Equal(0, Assert.Single(events.OfType<ReconstructionResumed>()).Step);
        Assert.Equal("0", First.Reconstruction.Reconstructions[1].ResumeFrom.Token.ToStringUtf8());
        Assert.IsType<ReconstructionCompleted>(events[^1]);
    }

    [Fact]
    public async Task Break_WithoutProgressInBetween_IsBorneSoManyTimes()
    {
        for (var i = 0; i < 10; i++)
        {
            First.Reconstruction.Breaks.Enqueue((7, FakeBreak.Cancelled));
        }

        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), First.Address));
        Assert.Equal(StatusCode.Cancelled, failure.Code);
        Assert.Equal(1 + Quick.Tries, First.Reconstruction.Reconstructions.Count);
    }

    [Fact]
    public async Task Break_PolicyNone_EndsTheCallAndAsksForNothing()
    {
        First.Reconstruction.Breaks.Enqueue((7, FakeBreak.Cancelled));
        await Assert.ThrowsAsync<FlashException>(() => FollowAsync(ResumePolicy.None, Request(), First.Address));
        var request = Assert.Single(First.Reconstruction.Reconstructions);
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
        First.Reconstruction.Failures.Enqueue(Failures.Of(code, reason));
        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), First.Address));
        Assert.Equal((code, reason), (failure.Code, failure.Reason));
        Assert.Single(First.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_Negative_EndsTheTries()
    {
        First.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(-1));
        Assert.Equal("SERVER_SHUTTING_DOWN", (await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, Request(), First.Address))).Reason);
        Assert.Single(First.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_Positive_IsWaitedForWhereThereIsNoOtherServer()
    {
        First.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(1500));
        var began = TimeProvider.System.GetTimestamp();
        await FollowAsync(Quick, Request(), First.Address);
        Assert.True(TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(1.4));
    }

    [Fact]
    public async Task PushBack_PastTheTimeLimit_IsNotWaitedFor()
    {
        First.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMinutes(20)));
        using var client = FlashClient.Connect(First.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = TimeSpan.FromMinutes(10) });

        var late = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(client, Request()).WaitAsync(TimeSpan.FromMinutes(2), Cancellation));
        var again = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(client, Request()).WaitAsync(TimeSpan.FromMinutes(2), Cancellation));

        Assert.Equal((StatusCode.DeadlineExceeded, StatusCode.DeadlineExceeded), (late.Code, again.Code));
        Assert.Contains("The queue is full.", late.Message, StringComparison.Ordinal);
        Assert.Single(First.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task PushBack_WithinTheTimeLimit_IsWaitedFor()
    {
        First.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMilliseconds(50)));
        using var client = FlashClient.Connect(First.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = TimeSpan.FromMinutes(10) });

        Assert.IsType<ReconstructionCompleted>((await FollowAsync(client, Request()))[^1]);
    }

    [Fact]
    public async Task PushBack_Positive_AnotherServerIsAskedMeanwhile()
    {
        First.Reconstruction.Failures.Enqueue(Failures.ShuttingDown(300_000));
        Second.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromMilliseconds(5)));
        await FollowAsync(Quick, Request()).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "RESUME_UNFIT")]
    [InlineData(StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_TOO_TIGHT")]
    public async Task Checkpoint_UselessToTheOtherServer_BeginsAgainWithTheSameSeed(StatusCode code, string reason)
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var request = Request();
        using var client = FlashClient.Connect(First.Address, new FlashClientOptions { Resume = Quick });
        var events = new List<ReconstructionEvent>();
        await foreach (var happened in client.FollowAsync(request, Cancellation))
        {
            events.Add(happened);
            if (happened is ReconstructionProgress { Progress.Step: 8 })
            {
                First.Reconstruction.Failures.Enqueue(Failures.Of(code, reason));
            }
        }

        Assert.Equal(0, Assert.Single(events.OfType<ReconstructionResumed>()).Step);
        Assert.Equal(Enumerable.Range(1, FakeReconstruction.Steps), events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));
        var last = First.Reconstruction.Reconstructions[^1];
        Assert.Equal((null, true), (last.ResumeFrom, last.HasSeed));
        Assert.Equal(("starter", "1", "latent_dps"), (last.Model, last.ModelVersion, last.Solver.Name));
    }

    [Fact]
    public async Task Checkpoint_UselessToOneServer_IsKeptForOneThatWasNotAsked()
    {
        await using var third = await FakeFlashServer.StartAsync();
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        Second.Reconstruction.Failures.Enqueue(Failures.Of(StatusCode.FailedPrecondition, "RESUME_UNFIT"));
        // The one that refuses has its turn before the one that does not.
        var events = await FollowAsync(Quick, Request(), First.Address, third.Address, Second.Address);

        Assert.NotNull(Assert.Single(Second.Reconstruction.Reconstructions).ResumeFrom);
        Assert.NotNull(Assert.Single(third.Reconstruction.Reconstructions).ResumeFrom);
        Assert.True(Assert.Single(events.OfType<ReconstructionResumed>()).Step > 0);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
    }

    [Fact]
    public async Task Break_GoesOnWithinATolerance_ItsPlanIsSeenAndWhatTheLookGaveStays()
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        First.Reconstruction.Plans = plan =>
        {
            if (plan.Resumed is not null)
            {
                plan.DecodedMean = null;
                plan.Notices.Add(new Notice { Code = "RESUME_NOT_EXACT", Message = "Within a tolerance." });
            }
        };
        var request = Request();
        request.Progress = new ProgressOptions { IncludeDecodedMean = true };

        var resumed = Assert.Single((await FollowAsync(Quick, request, First.Address)).OfType<ReconstructionResumed>());

        Assert.Contains(resumed.Plan.Notices, notice => notice.Code == "RESUME_NOT_EXACT");
        Assert.NotNull(resumed.Plan.DecodedMean);
        Assert.False(resumed.HasOtherPlan);
    }

    [Fact]
    public async Task Break_BeginsAgainWithAnotherPlan_IsSeenFromItsFirstStepOn()
    {
        const int Fewer = 5;
        First.Reconstruction.Plans = plan => (plan.TotalSteps, plan.Cut) = First.Reconstruction.Reconstructions.Count % 2 == 0
            ? (Fewer, new Cut { StepsWithout = FakeReconstruction.Steps, Reason = CutReason.Deadline, GuidanceFactor = 1 })
            : (FakeReconstruction.Steps, null);
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var policy = Quick with { CheckpointEverySteps = 0 };
        var events = await FollowAsync(policy, Request(), First.Address);

        var again = Assert.Single(events.OfType<ReconstructionResumed>());
        Assert.Equal((true, Fewer, FakeReconstruction.Steps), (again.HasOtherPlan, again.Plan.TotalSteps, again.Plan.Cut.StepsWithout));
        Assert.Equal([.. Enumerable.Range(1, 8), .. Enumerable.Range(1, Fewer)], events.OfType<ReconstructionProgress>().Select(happened => happened.Progress.Step));

        // As messages, too.
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        using var client = FlashClient.Connect(First.Address, new FlashClientOptions { Resume = policy });
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
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        // Two servers behind one address: the one that the first stream did not come to has another version.
        First.Reconstruction.Plans = _ =>
        {
            if (First.Reconstruction.Reconstructions.Count == 1)
            {
                First.Reconstruction.Failures.Enqueue(Failures.Of(StatusCode.FailedPrecondition, "RESUME_UNFIT"));
                First.Reconstruction.Failures.Enqueue(Failures.Of(StatusCode.NotFound, "UNKNOWN_NAME"));
            }
        };

        var events = await FollowAsync(Quick, Request(), First.Address);

        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(4, First.Reconstruction.Reconstructions.Count);
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(5, 5)]
    [InlineData(30, 10)]
    public async Task TimeLimit_AfterABreak_DoesNotBeginAnew(int? timeout, int minutes)
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Cancelled));
        var request = Request();
        request.Scheduling = new Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) };
        using var client = FlashClient.Connect(First.Address, new FlashClientOptions { Resume = Quick, ReconstructTimeout = timeout is { } limit ? TimeSpan.FromMinutes(limit) : null });
        var began = TimeProvider.System.GetUtcNow().UtcDateTime;

        await FollowAsync(client, request);

        var (first, second) = (First.Reconstruction.Deadlines[0], First.Reconstruction.Deadlines[1]);
        Assert.Equal(timeout is null, first == DateTime.MaxValue);
        // What passed until the second stream came is passed.
        Assert.InRange(second - began, TimeSpan.FromMinutes(minutes - 0.1), TimeSpan.FromMinutes(minutes + 4));
        // The request itself stays the same, so that it still means what it began.
        Assert.Equal(request.Scheduling, First.Reconstruction.Reconstructions[1].Scheduling);
    }

    [Fact]
    public async Task TimeLimit_OverAtABreak_EndsItThere()
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Abort));
        var request = Request();
        request.Scheduling = new Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) };

        var failure = await Assert.ThrowsAsync<FlashException>(() => FollowAsync(Quick, request, First.Address));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.Contains("while waiting to go on after", failure.Message, StringComparison.Ordinal);
        Assert.Single(First.Reconstruction.Reconstructions);
    }

    [Fact]
    public async Task Request_AboveTheRetryBufferOfGrpc_IsSentAgain()
    {
        First.Reconstruction.Breaks.Enqueue((8, FakeBreak.Abort));
        var request = new ReconstructRequest { Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[3 * 400 * 400], 3, 400, 400) } };
        var events = await FollowAsync(Quick, request, First.Address);
        Assert.IsType<ReconstructionCompleted>(events[^1]);
        Assert.Equal(request.Measurement.Tensor.Data, First.Reconstruction.Reconstructions[1].Measurement.Tensor.Data);
    }
}
