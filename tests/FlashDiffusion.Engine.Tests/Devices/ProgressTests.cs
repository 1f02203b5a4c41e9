using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class ProgressTests
{
    [Fact]
    public async Task Progress_NobodyReads_ConflatesToTheNewest()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 29) with { Progress = new ProgressOptions { EverySteps = 1 } });
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        var progress = Assert.Single(events.OfType<ProgressEvent>());
        Assert.Equal((30, 30, 29L), (progress.Step, progress.TotalSteps, progress.Skipped));
        Assert.IsType<ResultEvent>(events[^1]);
    }

    [Theory]
    [InlineData(0, 29, 15)]
    [InlineData(7, 29, 5)]
    [InlineData(1, 3, 4)]
    [InlineData(50, 9, 1)]
    public async Task Progress_EagerReader_SeesTheCadence(int every, int startTimestep, int expected)
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep) with { Progress = new ProgressOptions { EverySteps = every } });
        var seen = await ReadAllAsync(harness, session);
        Assert.Equal(expected, seen.Count);
        Assert.Equal(startTimestep + 1, seen[^1].Step);
        Assert.All(seen, progress => Assert.NotNull(progress.Residual));
    }

    [Fact]
    public async Task Progress_LatentAndPreviewAskedFor_CarriesThem()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, picture: new PictureShape(13, 16)) with
        {
            Progress = new ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = PreviewMode.Cheap },
        });
        harness.Submit(harness.Request(2, picture: new PictureShape(13, 16)));
        foreach (var progress in await ReadAllAsync(harness, session))
        {
            Assert.Equal([3L, 4, 4], progress.Latent!.Shape);
            Assert.Equal([3L, 13, 16], progress.Preview!.Shape);
        }
    }

    [Fact]
    public async Task Progress_DecodedByTheStepAnyway_CostsNoDecoderCall()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 4) with { Progress = new ProgressOptions { EverySteps = 1, Preview = PreviewMode.Decoded } });
        harness.RunUntilIdle();
        Assert.Equal(5 + 2, (await EngineHarness.ResultAsync(session)).Cost.Calls.DecoderForward);
    }

    [Fact]
    public async Task Progress_DecodedDuringInversion_IsCounted()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1) with
        {
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 4, Start = StartMode.DdimInversion },
            Progress = new ProgressOptions { EverySteps = 1, Preview = PreviewMode.Decoded },
        });
        harness.RunUntilIdle();
        Assert.Equal(5 + 5 + 2, (await EngineHarness.ResultAsync(session)).Cost.Calls.DecoderForward);
    }

    [Fact]
    public async Task Progress_ReaderGone_CopiesNothing()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1) with { Progress = new ProgressOptions { EverySteps = 1, IncludeLatent = true } });
        session.Events.Close();
        harness.RunUntilIdle();
        Assert.Equal(1, harness.Ledger.Ended(SessionOutcome.Completed));
        Assert.Empty((await EngineHarness.EventsAsync(session)).OfType<ProgressEvent>());
    }

    private static async Task<List<ProgressEvent>> ReadAllAsync(EngineHarness harness, ReconstructionSession session)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var events = session.ReadEventsAsync(timeout.Token).GetAsyncEnumerator(timeout.Token);
        var seen = new List<ProgressEvent>();
        while (true)
        {
            harness.Loop.Tick();
            while (session.Events.HasUnread)
            {
                Assert.True(await events.MoveNextAsync());
                if (events.Current is ProgressEvent progress)
                {
                    seen.Add(progress);
                }
            }

            if (!session.Events.IsWanted)
            {
                return seen;
            }
        }
    }
}
