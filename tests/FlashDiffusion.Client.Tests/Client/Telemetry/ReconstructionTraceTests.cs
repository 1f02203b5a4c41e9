using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Client.Telemetry;

public sealed class ReconstructionTraceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_BrokenStream_IsTwoAttemptsBelowOneSpan()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Breaks.Enqueue((5, FakeBreak.Cancelled));
        using var client = FlashClient.Connect(server.Address, new FlashClientOptions { Resume = new ResumePolicy { CheckpointEverySteps = 2 } });
        using var spans = new RecordedSpans();

        await foreach (var happened in client.FollowAsync(Request(), Cancellation))
        {
            Assert.Same(spans.Test, Activity.Current);
        }

        var whole = Assert.Single(spans.Named("flashdiffusion.reconstruct"));
        Assert.Equal(spans.Test.SpanId, whole.ParentSpanId);
        Assert.Equal(("latent_dps", FakeReconstruction.Steps, 2), (whole.GetTagItem("flashdiffusion.solver"), whole.GetTagItem("flashdiffusion.steps"), whole.GetTagItem("flashdiffusion.attempts")));
        Assert.Equal(4, Assert.Single(whole.Events, item => item.Name == "resumed").Tags.Single(tag => tag.Key == "flashdiffusion.step").Value);
        Assert.Equal(ActivityStatusCode.Unset, whole.Status);
        var attempts = spans.Named("flashdiffusion.reconstruct.attempt");
        Assert.Equal(2, attempts.Count);
        Assert.All(attempts, attempt => Assert.Equal(whole.SpanId, attempt.ParentSpanId));
        Assert.Equal(("CANCELLED", null), (attempts[0].GetTagItem("error.type"), attempts[1].GetTagItem("error.type")));
        // Each stream carries the context of its own span, and no other.
        Assert.Equal(
            attempts.Select(attempt => $"00-{attempt.TraceId}-{attempt.SpanId}-01"),
            server.Reconstruction.Headers.Select(headers => Assert.Single(headers, header => header.Key == "traceparent").Value));
    }

    [Fact]
    public async Task Follow_NobodyListens_StillCarriesTheCallersContext()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var client = FlashClient.Connect(server.Address);
        using var own = new Activity("caller").Start();

        await foreach (var _ in client.FollowAsync(Request(), Cancellation))
        {
            // To its end.
        }

        Assert.Contains(own.TraceId.ToString(), Assert.Single(server.Reconstruction.Headers).GetValue("traceparent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_Refusal_IsAnErrorWithItsStatus()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.BadRequest(("seed", "Must be positive."));
        using var client = FlashClient.Connect(server.Address);
        using var spans = new RecordedSpans();

        await Assert.ThrowsAsync<FlashException>(async () =>
        {
            await foreach (var _ in client.FollowAsync(Request(), Cancellation))
            {
                Assert.Fail("It was refused.");
            }
        });

        var whole = Assert.Single(spans.Named("flashdiffusion.reconstruct"));
        Assert.Equal((ActivityStatusCode.Error, "INVALID_ARGUMENT"), (whole.Status, whole.GetTagItem("error.type")));
        Assert.Equal("INVALID_REQUEST", Assert.Single(spans.Named("flashdiffusion.reconstruct.attempt")).GetTagItem("flashdiffusion.reason"));
    }

    [Fact]
    public async Task Follow_WaitPastTheTimeLimit_IsDeadlineExceededAfterOneAttempt()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromHours(1)));
        using var client = FlashClient.Connect(server.Address, new FlashClientOptions { ReconstructTimeout = TimeSpan.FromMinutes(10) });
        using var spans = new RecordedSpans();

        await Assert.ThrowsAsync<FlashException>(async () =>
        {
            await foreach (var _ in client.FollowAsync(Request(), Cancellation))
            {
                Assert.Fail("The queue was full.");
            }
        });

        Assert.Equal("DEADLINE_EXCEEDED", Assert.Single(spans.Named("flashdiffusion.reconstruct")).GetTagItem("error.type"));
        Assert.Equal("RESOURCE_EXHAUSTED", Assert.Single(spans.Named("flashdiffusion.reconstruct.attempt")).GetTagItem("error.type"));
    }

    [Fact]
    public async Task Calls_Metrics_SayTimeAndFailure()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.QueueFull(TimeSpan.FromSeconds(1));
        using var client = FlashClient.Connect(server.Address);
        var seen = new ConcurrentQueue<(string Name, string? Method, string? Error)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == FlashClientTelemetry.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen.Enqueue((instrument.Name, Tag(tags, "rpc.method"), Tag(tags, "error.type"))));
        listener.Start();

        await client.ListModelsAsync(Cancellation);
        await Assert.ThrowsAsync<FlashException>(() => client.DegradeAsync(new DegradeRequest(), Cancellation));
        server.Reconstruction.Failure = null;
        await foreach (var _ in client.FollowAsync(Request(), Cancellation))
        {
            // To its end.
        }

        Assert.Contains(("flashdiffusion.client.call.duration", "ListModels", null), seen);
        Assert.Contains(("flashdiffusion.client.call.duration", "Degrade", "RESOURCE_EXHAUSTED"), seen);
        Assert.Contains(("flashdiffusion.client.reconstruction.duration", null, null), seen);
        Assert.Contains(("flashdiffusion.client.reconstruction.time_to_first_progress", null, null), seen);
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return (string?)tag.Value;
            }
        }

        return null;
    }

    private static ReconstructRequest Request() => new() { Measurement = new Picture { Tensor = TensorValues.ToTensor(new float[12], 3, 2, 2) } };
}
