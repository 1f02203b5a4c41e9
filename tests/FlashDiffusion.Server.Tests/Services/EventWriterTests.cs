using System.Diagnostics;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Services;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Resume;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Services;

public sealed class EventWriterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingStream _stream = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly ActivitySource _source = new("test");
    private readonly ReconstructionSession _session;
    private readonly EventWriter _writer;
    private int _wakes;

    public EventWriterTests()
    {
        var request = MapperScene.Fine();
        request.Progress = new V1.ProgressOptions { CheckpointEverySteps = 10 };
        var mapped = new MapperScene().Map(request);
        _session = new ReconstructionSession(1, mapped.Request, _time, () => _wakes++);
        _writer = new EventWriter(new SessionFeed(_session), mapped, _stream, _stream.Abort, _gone.Token)
        {
            Stall = TimeSpan.FromSeconds(30),
            Shutdown = _shutdown.Token,
            Time = _time,
            Spans = _source,
            Logger = NullLogger.Instance,
        };
    }

    [Fact]
    public async Task RunAsync_WholeSession_WritesInOrderWithoutGaps()
    {
        _session.Events.Publish(Accepted());
        _session.Events.Publish(Progress(1));
        _session.Events.Finish(Result());

        Assert.Null(await _writer.RunAsync());

        Assert.Equal([0ul, 1ul, 2ul], _stream.Written.Select(message => message.Sequence));
        Assert.Equal(
            [V1.ReconstructResponse.EventOneofCase.Accepted, V1.ReconstructResponse.EventOneofCase.Progress, V1.ReconstructResponse.EventOneofCase.Result],
            _stream.Written.Select(message => message.EventCase));
        Assert.Equal("AUTO", _stream.Written[0].Accepted.Adaptation);
        Assert.Equal(5, _stream.Written[2].Result.Cost.UnetForward);
    }

    [Fact]
    public async Task RunAsync_ClientGone_CancelsTheSession()
    {
        _session.Events.Publish(Accepted());
        var running = _writer.RunAsync();
        await _gone.CancelAsync();

        Assert.True(_session.IsCancelled);
        _session.Events.Finish(new FailedEvent(new Failure(SessionOutcome.Cancelled, "CANCELLED", "Cancelled.")));
        Assert.Equal(StatusCode.Cancelled, (await running)!.Code);
        Assert.Equal(1, _wakes);
    }

    [Fact]
    public async Task RunAsync_GraceOver_CancelsTheSessionAndSaysUnavailable()
    {
        _session.Events.Publish(Accepted());
        var running = _writer.RunAsync();
        await _shutdown.CancelAsync();

        Assert.True(_session.IsCancelled);
        _session.Events.Finish(new FailedEvent(new Failure(SessionOutcome.Cancelled, "CANCELLED", "Cancelled.")));
        var error = await running;
        Assert.Equal((StatusCode.Unavailable, ErrorReasons.ShuttingDown), (error!.Code, error.Reason));
    }

    [Fact]
    public async Task RunAsync_GraceOverWithACheckpoint_SendsItBeforeTheEnd()
    {
        _session.Events.Publish(Accepted());
        var running = _writer.RunAsync();
        await _shutdown.CancelAsync();

        Assert.True(_session.IsHandedOff);
        _session.Events.Finish(new FailedEvent(new Failure(SessionOutcome.Cancelled, "CANCELLED", "Cancelled.")) { Checkpoint = ResumeFlow.StateOf(_session.Request) });
        Assert.Equal(StatusCode.Unavailable, (await running)!.Code);
        Assert.Equal((2, 2), (_stream.Written[^1].Progress.Step, _stream.Written[^1].Progress.Checkpoint.Step));
    }

    [Fact]
    public async Task RunAsync_ClientStopsReading_IsCutAfterTheStallTime()
    {
        _stream.Stalled = true;
        _session.Events.Publish(Accepted());
        var running = _writer.RunAsync();
        await EventuallyAsync(() => _stream.Written.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_session.IsCancelled);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ErrorReasons.ClientStalled, (await running)!.Reason);
        Assert.True(_session.IsCancelled);
        Assert.True(_stream.Aborted);
    }

    [Fact]
    public async Task RunAsync_LongSilence_RepeatsTheNewestProgressWithoutPictures()
    {
        _session.Events.Publish(Accepted());
        _session.Events.Publish(Progress(3) with { Latent = new HostTensor([1, 2], [2]) });
        var running = _writer.RunAsync();
        await EventuallyAsync(() => _stream.Written.Count == 2);
        for (var i = 0; i < 100 && _stream.Written.Count < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        _session.Events.Finish(Result());
        Assert.Null(await running);
        Assert.NotNull(_stream.Written[1].Progress.Latent);
        Assert.Equal((3, null), (_stream.Written[2].Progress.Step, _stream.Written[2].Progress.Latent));
        Assert.Equal(_stream.Written.Select((_, i) => (ulong)i), _stream.Written.Select(message => message.Sequence));
    }

    public void Dispose()
    {
        _gone.Dispose();
        _shutdown.Dispose();
        _source.Dispose();
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }

    private static AcceptedEvent Accepted() =>
        new() { StartTimestep = 4, TotalSteps = 5, FullSteps = 1000, StepsAhead = 0, Seed = 7, Adaptation = AdaptationMode.Auto, Severity = 0.5 };

    private static ProgressEvent Progress(int step) => new() { Step = step, TotalSteps = 5, Timestep = 5 - step };

    private static ResultEvent Result() => new()
    {
        Picture = HostTensor.Picture(new float[3 * 8 * 8], new PictureShape(8, 8)),
        Seed = 7,
        Cost = new ReconstructionCost(5, new StepCost(5, 5, 5, 5), 1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 1000),
    };
}
