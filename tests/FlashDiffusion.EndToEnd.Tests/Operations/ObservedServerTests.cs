using System.Collections.Concurrent;
using System.Diagnostics;
using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>A server of its own, since these tests trace it, fill it and end it.</summary>
public sealed class ObservedServerTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ParentId = "b7ad6b7169203331";
    private readonly PluginFolder _plugins = new();
    private readonly SpanCollector _collector = new();
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory("flash-models-");
    private RunningServer? _server;

    private RunningServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        CopyShippedModels();
        var broken = _models.CreateSubdirectory("broken/1");
        await File.WriteAllTextAsync(Path.Combine(broken.FullName, "model.json"), "{ not json");
        _server = await RunningServer.StartAsync(
            [$"--plugins={_plugins.FullPath}", $"--models={_models.FullName}", "--queue=1", "--grace=1", "--Logging:LogLevel:FlashDiffusion=Debug"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            });
    }

    [Fact]
    public async Task Server_TracedFilledAndEnded_BehavesEachTime()
    {
        await BrokenModelIsReportedAndStopsNothing();
        await ClientsTraceparentIsTheParentOfTheWholeTrace();
        await ClientsAttemptIsTheParentOfTheServersSpans();
        await FullQueueRefusesWithABackoff();
        await TerminationCancelsWithUnavailable();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _collector.Dispose();
        _plugins.Dispose();
        _models.Delete(recursive: true);
    }

    private async Task BrokenModelIsReportedAndStopsNothing()
    {
        var models = (await Server.Catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call)).Models;

        var broken = models.Single(model => model.Name == "broken");
        Assert.Equal(V1.ServingState.Failed, broken.State);
        Assert.NotEmpty(broken.Reason);
        Assert.Contains(models, model => model is { Name: "starter", State: V1.ServingState.Ready });
        await Server.SaysAsync("broken 1: FAILED");
    }

    private async Task ClientsTraceparentIsTheParentOfTheWholeTrace()
    {
        var request = await Requests.BlurredAsync(Server);
        await Requests.ReconstructAsync(Server, request, new Metadata { { "traceparent", $"00-{TraceId}-{ParentId}-01" } });

        const string call = "flashdiffusion.v1.ReconstructionService/Reconstruct";
        string[] expected = [call, "queue", "severity", "solve", "decode", "write"];
        for (var i = 0; i < 200 && !expected.All(name => Trace().Any(span => span.Name == name)); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Superset(expected.ToHashSet(), Trace().Select(span => span.Name).ToHashSet());
        Assert.Equal(ParentId, Trace().Single(span => span.Name == call).ParentId);
        // Lines on the console name it too.
        await Server.SaysAsync($"TraceId:{TraceId}");
        var known = Trace().Select(span => span.SpanId).Append(ParentId).ToHashSet();
        Assert.All(Trace(), span => Assert.Contains(span.ParentId, known));

        List<CollectedSpan> Trace() => _collector.Spans.Where(span => span.TraceId == TraceId).ToList();
    }

    private async Task ClientsAttemptIsTheParentOfTheServersSpans()
    {
        // Tests beside this one have clients too, in the same process: a trace of its own tells their spans apart.
        using var caller = new Activity("caller").Start();
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FlashClientTelemetry.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == caller.TraceId)
                {
                    stopped.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var client = FlashClient.Connect(Server.Address.ToString());

        await foreach (var _ in client.FollowAsync(await Requests.BlurredAsync(Server), TestContext.Current.CancellationToken))
        {
            // To its end.
        }

        var whole = Assert.Single(stopped, span => span.OperationName == "flashdiffusion.reconstruct");
        var attempt = Assert.Single(stopped, span => span.OperationName == "flashdiffusion.reconstruct.attempt");
        Assert.Equal((caller.SpanId, whole.SpanId), (whole.ParentSpanId, attempt.ParentSpanId));
        CollectedSpan? call = null;
        for (var i = 0; i < 200 && call is null; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            call = _collector.Spans.FirstOrDefault(span => span.TraceId == attempt.TraceId.ToHexString() && span.Name.EndsWith("/Reconstruct", StringComparison.Ordinal));
        }

        Assert.Equal(attempt.SpanId.ToHexString(), call?.ParentId);
    }

    private async Task FullQueueRefusesWithABackoff()
    {
        using var holding = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 50), Requests.Call);
        for (var events = 0; events < 3; events++)
        {
            // Accepted and two steps: by then the device has said how long there is to wait.
            Assert.True(await holding.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        var request = await Requests.FaultyAsync(Server, "none", delay: 50);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        var eta = double.Parse(refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["eta_seconds"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(eta > 0);
        Assert.Equal(eta, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalSeconds, 1e-3);
        Assert.NotEmpty(refusal.GetRpcStatus()!.GetDetail<QuotaFailure>()!.Violations);
        Assert.True(long.Parse(refusal.Trailers.GetValue("grpc-retry-pushback-ms")!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        holding.Dispose();
        await Server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    private async Task TerminationCancelsWithUnavailable()
    {
        using var running = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 50), Requests.Call);
        Assert.True(await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Server.Terminate();
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });

        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Equal("SERVER_SHUTTING_DOWN", ended.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        Assert.Equal(0, await Server.EndAsync());
    }

    private void CopyShippedModels()
    {
        var source = Path.Combine(BuiltServer.Folder, "models");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_models.FullName, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
