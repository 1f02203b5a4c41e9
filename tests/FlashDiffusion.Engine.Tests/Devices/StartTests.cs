using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Laws;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>From a request to its first event.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Accepted_Auto_SaysWhatWillBeDone()
    {
        using var harness = new EngineHarness();
        var accepted = await AcceptedAsync(harness, Auto(harness, new FakeSeverityEncoder("gain"), 0.25f));
        Assert.Equal(0.25, accepted.Severity!.Value, 1e-6);
        Assert.Equal((112, 113, 1000), (accepted.StartTimestep, accepted.TotalSteps, accepted.FullSteps));
        Assert.Equal(AdaptationMode.Auto, accepted.Adaptation);
        Assert.True(accepted.SeverityReliable);
        Assert.Empty(accepted.Notices);
    }

    [Fact]
    public async Task Accepted_AutoWithoutEncoder_IsFull()
    {
        using var harness = new EngineHarness();
        var accepted = await AcceptedAsync(harness, harness.Request(1) with { Adaptation = Adaptation.Auto });
        Assert.Equal((999, 1000), (accepted.StartTimestep, accepted.TotalSteps));
        Assert.Equal(AdaptationMode.Full, accepted.Adaptation);
        Assert.Equal("NO_SEVERITY_ENCODER", Assert.Single(accepted.Notices).Code);
    }

    [Fact]
    public async Task Accepted_ResidualContradicts_IsUnreliableAndWidened()
    {
        using var harness = new EngineHarness();
        var request = Auto(harness, new FakeSeverityEncoder("gain"), 0.25f);

        // The mean of a constant picture explains it without any residual, which noise would not allow.
        var accepted = await AcceptedAsync(harness, request with { Operator = request.Operator! with { NoiseStd = 0.1, Spec = FakeOperatorFamily.Spec() } });
        Assert.False(accepted.SeverityReliable);
        Assert.Equal(0, accepted.MeanResidual!.Value, 1e-6);
        Assert.Equal(["SEVERITY_CONTRADICTED", "SEVERITY_WIDENED"], accepted.Notices.Select(notice => notice.Code));
        Assert.Equal(0.5, accepted.Severity!.Value, 1e-6);
    }

    [Fact]
    public void Severity_ManyArrive_IsComputedInOneFixedShape()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, SeverityBatch = 4 });
        var encoder = new FakeSeverityEncoder("gain");
        for (var i = 0; i < 6; i++)
        {
            harness.Submit(Auto(harness, encoder, 0.01f) with { Model = harness.Served(encoder) });
        }

        harness.RunUntilIdle();
        Assert.Equal([4, 4], encoder.Batches);
        Assert.Equal(6, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Accepted_SecondOfItsKind_HasAnEtaThatHolds()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1, startTimestep: 4));
        harness.RunUntilIdle();

        var began = harness.Time.GetTimestamp();
        var session = harness.Submit(harness.Request(2, startTimestep: 49));
        harness.RunUntilIdle();
        var took = harness.Time.GetElapsedTime(began);
        var events = await EngineHarness.EventsAsync(session);
        Assert.Equal(took.TotalSeconds, Assert.IsType<AcceptedEvent>(events[0]).Eta!.Value.TotalSeconds, 1e-3);
    }

    [Fact]
    public async Task Accepted_NothingOfTheModelMeasured_HasNoEta()
    {
        using var harness = new EngineHarness();
        var started = harness.Request(1) with { Adaptation = new Adaptation { Mode = AdaptationMode.Full } };
        Assert.Null((await AcceptedAsync(harness, started)).Eta);
    }

    [Fact]
    public async Task Accepted_FirstOfItsKindOnceTheModelIsWarm_HasAnEtaByItsCalls()
    {
        using var harness = new EngineHarness { DecodeTime = TimeSpan.FromMilliseconds(10) };
        harness.Submit(harness.Request(1, startTimestep: 4));
        harness.RunUntilIdle();

        // Nothing of this solver was measured. A step of it is one call, as the last decode is, which took 10 ms.
        var session = harness.Submit(harness.Request(2, startTimestep: 19) with { Solver = new LawSolver() });
        harness.RunUntilIdle();
        var eta = Assert.IsType<AcceptedEvent>((await EngineHarness.EventsAsync(session))[0]).Eta!.Value.TotalSeconds;
        Assert.Equal((20 * 0.01) + 0.01, eta, 1e-3);
    }

    [Fact]
    public async Task Accepted_FirstAfterARestart_IsPlannedAsBefore()
    {
        // Eight rows take as long as eight steps of one, so that company gains nothing.
        static EngineHarness Device() => new() { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10), DecodeTime = TimeSpan.FromMilliseconds(0.1) };
        using var before = Device();
        foreach (var company in new[] { 1, 8 })
        {
            for (var seed = 1UL; seed <= (ulong)company; seed++)
            {
                before.Submit(before.Request(seed, startTimestep: 29));
            }

            before.RunUntilIdle();
        }

        // What takes 0.3 s can't be done in 0.2, as is known although neither its solver nor its decoder has run here.
        using var pressed = Device();
        pressed.Loop.Times.Restore(before.Loop.Times.Copy());
        var late = pressed.Submit(pressed.Request(5, startTimestep: 29) with { TimeLimit = TimeSpan.FromMilliseconds(200), OnTightDeadline = TightDeadline.Refuse });
        pressed.Tick(1);
        Assert.Equal("DEADLINE_TOO_TIGHT", (await EngineHarness.FailureAsync(late)).Reason);
        Assert.Empty(pressed.Solver.Batches);

        using var harness = Device();
        harness.Loop.Times.Restore(before.Loop.Times.Copy());
        var began = harness.Time.GetTimestamp();
        var session = harness.Submit(harness.Request(6, startTimestep: 29));
        harness.RunUntilIdle();
        var took = harness.Time.GetElapsedTime(began).TotalSeconds;
        var events = await EngineHarness.EventsAsync(session);
        Assert.Equal(took, Assert.IsType<AcceptedEvent>(events[0]).Eta!.Value.TotalSeconds, 0.02 * took);

        // And batches are as large as the other one found, where a server that has measured nothing takes all four.
        harness.Solver.Batches.Clear();
        for (var seed = 7UL; seed <= 10; seed++)
        {
            harness.Submit(harness.Request(seed));
        }

        harness.RunUntilIdle();
        Assert.InRange(harness.Solver.Batches[0].Length, 1, 3);
    }

    [Fact]
    public async Task Accepted_BehindOthers_CountsTheirSteps()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1, startTimestep: 99));
        harness.Tick(11);
        Assert.Equal(90, (await AcceptedAsync(harness, harness.Request(2))).StepsAhead);
    }

    [Fact]
    public async Task Accepted_DecodedMeanAskedFor_CarriesItInTheCallersSize()
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1, picture: new PictureShape(13, 10)) with { Progress = new ProgressOptions { IncludeDecodedMean = true } };
        var accepted = await AcceptedAsync(harness, request);
        Assert.Equal([3L, 13, 10], accepted.DecodedMean!.Shape);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cost_ACompanionAsksForADecodedMean_IsWhatItIsAlone(bool companion)
    {
        // Without noise there is no residual to decode for.
        using var harness = new EngineHarness();
        var request = harness.Request(1);
        request = request with { Operator = request.Operator! with { NoiseStd = 0 } };
        var session = harness.Submit(request);
        var other = companion ? harness.Submit(request with { Seed = 2, Progress = new ProgressOptions { IncludeDecodedMean = true } }) : null;
        harness.RunUntilIdle();
        var calls = (await EngineHarness.ResultAsync(session)).Cost.Calls;
        Assert.Equal((1, 11), (calls.EncoderForward, calls.DecoderForward));
        Assert.Equal(companion ? 12 : null, other is null ? (int?)null : (await EngineHarness.ResultAsync(other)).Cost.Calls.DecoderForward);
    }

    [Fact]
    public async Task Inversion_IsScheduledBeforeTheSolver()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 4) with
        {
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 4, Start = StartMode.DdimInversion },
        });
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        var accepted = Assert.IsType<AcceptedEvent>(events[0]);
        var result = Assert.IsType<ResultEvent>(events[^1]);
        Assert.Equal((4, 10), (accepted.StartTimestep, accepted.TotalSteps));
        Assert.Equal((10, 5), (result.Cost.Calls.UNetForward, result.Cost.Calls.UNetBackward));
        Assert.Equal([4, 3, 2, 1, 0], harness.Solver.Timesteps.Select(rows => rows[0]));
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(13, 10)]
    [InlineData(5, 64)]
    public async Task Picture_AnySize_ComesBackInThatSize(int height, int width)
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, picture: new PictureShape(height, width)) with { IncludeLatent = true });
        harness.RunUntilIdle();
        var result = await EngineHarness.ResultAsync(session);
        Assert.Equal([3L, height, width], result.Picture.Shape);
        Assert.Equal([3L, (height + 7) / 8 * 2, (width + 7) / 8 * 2], result.Latent!.Shape);
        Assert.NotNull(result.Residual);
    }

    private static ReconstructionRequest Auto(EngineHarness harness, FakeSeverityEncoder encoder, float severity)
    {
        var request = harness.Request(1, fill: severity);
        return request with { Model = harness.Served(encoder), Adaptation = Adaptation.Auto, Operator = request.Operator! with { NoiseStd = 0 } };
    }

    private static async Task<AcceptedEvent> AcceptedAsync(EngineHarness harness, ReconstructionRequest request)
    {
        var session = harness.Submit(request);
        harness.Tick(3);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var events = session.ReadEventsAsync(timeout.Token).GetAsyncEnumerator(timeout.Token);
        Assert.True(await events.MoveNextAsync());
        return Assert.IsType<AcceptedEvent>(events.Current);
    }
}
