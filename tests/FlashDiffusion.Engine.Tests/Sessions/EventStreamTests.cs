using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Sessions;

public sealed class EventStreamTests
{
    private readonly EventStream _stream = new();

    [Fact]
    public async Task ReadAsync_SlowReader_SeesAcceptedNewestProgressAndFinal()
    {
        _stream.Publish(Accepted());
        for (var step = 1; step <= 100; step++)
        {
            _stream.Publish(Progress(step));
        }

        _stream.Finish(Failed());
        var events = await ReadAllAsync();
        Assert.IsType<AcceptedEvent>(events[0]);
        var progress = Assert.IsType<ProgressEvent>(events[1]);
        Assert.Equal((100, 99L), (progress.Step, progress.Skipped));
        Assert.IsType<FailedEvent>(events[2]);
        Assert.Equal(3, events.Count);
    }

    [Fact]
    public async Task ReadAsync_EagerReader_SeesEverything()
    {
        var reading = ReadAllAsync();
        _stream.Publish(Accepted());
        for (var step = 1; step <= 20; step++)
        {
            _stream.Publish(Progress(step));
            await WaitUntilTakenAsync();
        }

        _stream.Finish(Failed());
        var events = await reading;
        Assert.Equal(22, events.Count);
        Assert.Equal(0, events.OfType<ProgressEvent>().Last().Skipped);
    }

    [Fact]
    public async Task ReadAsync_ReplacedEventHadACheckpoint_TheNextOneCarriesIt()
    {
        var saved = Saved();
        _stream.Publish(Progress(1) with { Checkpoint = saved });
        _stream.Publish(Progress(2));
        _stream.Publish(Progress(3));
        _stream.Finish(Failed());
        var progress = Assert.IsType<ProgressEvent>((await ReadAllAsync())[0]);
        Assert.Equal((3, 2L), (progress.Step, progress.Skipped));
        Assert.Same(saved, progress.Checkpoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_OnlyCheckpointsSinceAPicture_GivesThePictureAndTheNewestCheckpoint(bool withPreview)
    {
        var picture = new HostTensor([0.5f], [1]);
        var (first, second, third) = (Saved(), Saved(), Saved());
        Assert.Equal(0, _stream.Publish(Progress(25) with { Checkpoint = first, Preview = withPreview ? picture : null, Latent = withPreview ? null : picture }));
        Assert.Equal(0, _stream.Publish(Progress(30) with { Checkpoint = second }));
        Assert.Equal(1, _stream.Publish(Progress(40) with { Checkpoint = third }));
        _stream.Finish(Failed());

        var events = (await ReadAllAsync()).OfType<ProgressEvent>().ToArray();
        Assert.Equal([(25, 0L, true, null), (40, 1L, false, third)], events.Select(progress => (progress.Step, progress.Skipped, progress.Preview is not null || progress.Latent is not null, progress.Checkpoint)));
    }

    [Fact]
    public async Task ReadAsync_ANewerPicture_TakesThePlaceOfAllThatWasUnread()
    {
        var (picture, saved) = (new HostTensor([0.5f], [1]), Saved());
        _stream.Publish(Progress(25) with { Preview = picture });
        _stream.Publish(Progress(30) with { Checkpoint = saved });
        Assert.Equal(2, _stream.Publish(Progress(50) with { Preview = picture }));
        Assert.True(_stream.HasUnread);
        _stream.Finish(Failed());

        var progress = Assert.Single((await ReadAllAsync()).OfType<ProgressEvent>());
        Assert.Equal((50, 2L), (progress.Step, progress.Skipped));
        Assert.Same(saved, progress.Checkpoint);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_EndsTheReadingOnly()
    {
        using var source = new CancellationTokenSource();
        var reading = _stream.ReadAsync(source.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = reading.MoveNextAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.True(_stream.IsWanted);
    }

    [Fact]
    public async Task Finish_Twice_TheFirstCounts()
    {
        _stream.Finish(Failed("FIRST"));
        _stream.Finish(Failed("SECOND"));
        Assert.Equal("FIRST", Assert.IsType<FailedEvent>(Assert.Single(await ReadAllAsync())).Failure.Reason);
    }

    [Fact]
    public void IsWanted_ReaderGone_No()
    {
        Assert.True(_stream.IsWanted);
        _stream.Close();
        Assert.False(_stream.IsWanted);
    }

    [Fact]
    public void Publish_Unread_SaysThatItReplaced()
    {
        Assert.Equal(0, _stream.Publish(Progress(1)));
        Assert.Equal(1, _stream.Publish(Progress(2)));
    }

    private static AcceptedEvent Accepted() => new() { StartTimestep = 9, TotalSteps = 10, FullSteps = 1000, StepsAhead = 0, Seed = 1, Adaptation = Requests.AdaptationMode.Auto };

    private static Checkpoint Saved() => new()
    {
        State = new SampleState(1, new SavedTensor(torch.ScalarType.Float32, [1], new byte[4]), ImmutableSortedDictionary<string, SavedTensor>.Empty),
        Start = new StartDecision { Mode = AdaptationMode.Full, Index = 1, SignalScale = 0, NoiseScale = 1 },
        Plan = [],
        Calls = default,
        SeverityCalls = 0,
    };

    private static ProgressEvent Progress(int step) => new() { Step = step, TotalSteps = 100, Timestep = 100 - step };

    private static FailedEvent Failed(string reason = "TEST") => new(new Failure(SessionOutcome.Cancelled, reason, "For a test."));

    private async Task<List<SessionEvent>> ReadAllAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = new List<SessionEvent>();
        await foreach (var happened in _stream.ReadAsync(timeout.Token))
        {
            events.Add(happened);
        }

        return events;
    }

    private async Task WaitUntilTakenAsync()
    {
        while (_stream.HasUnread)
        {
            await Task.Yield();
        }
    }
}
