using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>What those who run the server see of it, and what they can do: against collectors, a real Prometheus, the admin service.</summary>
public sealed class OperatedServerTests(OperatedServer operated) : IClassFixture<OperatedServer>
{
    private RunningServer Server => operated.Server;

    [Fact]
    public async Task Trace_TwoRequestsAtOnce_HasStepsAndLinksToTheOther()
    {
        var requests = new[] { await SlowAsync(), await SlowAsync() };
        string[] traces = [NewTrace(), NewTrace()];

        await Task.WhenAll(requests.Zip(traces, (request, trace) => CancelledAfterStepsAsync(request, trace)));

        var solves = await EventuallyAsync(() => traces.Select(trace => SpansOf(trace).SingleOrDefault(span => span.Name == "solve")).ToList(), found => found.TrueForAll(span => span is not null));
        Assert.All(solves, solve => Assert.Contains(solve!.Events, happened => happened.Name == "step"));
        // Both took steps together, so each names the other's call.
        Assert.Contains(solves[0]!.Links, link => Hex(link.TraceId) == traces[1]);
        Assert.Contains(solves[1]!.Links, link => Hex(link.TraceId) == traces[0]);
    }

    [Fact]
    public async Task Trace_CancelledInTheQueue_HasNoSolveSpan()
    {
        // Two hold the batch of two; the third never takes a step, since the device is busy with steps of a higher class.
        var holding = new[] { await SlowAsync(), await SlowAsync() };
        foreach (var request in holding)
        {
            request.Scheduling = new V1.Scheduling { Priority = V1.Priority.High };
        }

        // They have no deadline, which on a slow machine would leave the third no time.
        var running = holding.Select(request => Server.Reconstruction.Reconstruct(request, new CallOptions(cancellationToken: TestContext.Current.CancellationToken))).ToList();
        foreach (var call in running)
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress is null)
            {
            }
        }

        var trace = NewTrace();
        var waiting = await SlowAsync();
        waiting.Scheduling = new V1.Scheduling { Priority = V1.Priority.Low };
        using (var call = Server.Reconstruction.Reconstruct(waiting, Requests.Call.WithHeaders(Traced(trace))))
        {
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }

        // It was accepted and waited; had it been refused there were no queue.
        await EventuallyAsync(() => SpansOf(trace), spans => spans.Exists(span => span.Name.EndsWith("/Reconstruct", StringComparison.Ordinal)) && spans.Exists(span => span.Name == "queue"));
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(SpansOf(trace), span => span.Name == "solve");
        running.ForEach(call => call.Dispose());
        await Server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    [Fact]
    public async Task Trace_OfAFailedReconstruction_IsAnErrorThatNamesItself()
    {
        var trace = NewTrace();
        var request = await Requests.FaultyAsync(Server, "throw", delay: 0);
        var failed = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request, Traced(trace)));

        var spans = await EventuallyAsync(() => SpansOf(trace), found => found.Exists(IsCall) && found.Exists(span => span.Name == "solve"));
        // HTTP answered 200.
        var call = spans.Single(IsCall);
        Assert.Equal((StatusCode.Internal, 2, "INTERNAL", "INTERNAL"), (failed.StatusCode, call.Status?.Code, Said(call, "error.type"), Said(call, "rpc.status_code")));
        Assert.Equal("flashdiffusion.v1.ReconstructionService/Reconstruct", Said(call, "rpc.method"));
        var solve = spans.Single(span => span.Name == "solve");
        Assert.Equal((2, "SOLVER_FAULT"), (solve.Status?.Code, Said(solve, "error.type")));
        Assert.Equal(["join", "leave"], solve.Events.Where(happened => happened.Name != "step").Select(happened => happened.Name));

        static bool IsCall(Otlp.Traces.Span span) => span.Name.EndsWith("/Reconstruct", StringComparison.Ordinal);
        static string? Said(Otlp.Traces.Span span, string name) => span.Attributes.SingleOrDefault(pair => pair.Key == name)?.Value.StringValue;
    }

    [Fact]
    public async Task Trace_OfCallsInJson_NamesNoRequestAndLeavesCatalogsOut()
    {
        const string id = "whoever-has-this-may-fetch";
        var (catalog, ready, fetch) = (NewTrace(), NewTrace(), NewTrace());
        using var http = new HttpClient { BaseAddress = Server.Http };
        await GetAsync("/v1/models", catalog);
        await new Inference.GRPCInferenceService.GRPCInferenceServiceClient(Server.Channel).ModelReadyAsync(new Inference.ModelReadyRequest { Name = "starter" }, Requests.Call.WithHeaders(Traced(ready)));
        await GetAsync($"/v1/reconstructions/{id}", fetch);

        var span = (await EventuallyAsync(() => SpansOf(fetch), spans => spans.Count > 0))[0];

        Assert.Equal("/v1/reconstructions/{request_id}", span.Attributes.Single(pair => pair.Key == "url.path").Value.StringValue);
        Assert.DoesNotContain(id, span.ToString(), StringComparison.Ordinal);
        // They ended before.
        Assert.Empty(SpansOf(catalog).Concat(SpansOf(ready)));

        async Task GetAsync(string path, string trace)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("traceparent", Traced(trace).GetValue("traceparent"));
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Logs_OfARequest_CarryItsTrace()
    {
        var trace = NewTrace();
        await operated.Admin.SetLogLevelAsync(new V1.SetLogLevelRequest { Category = "FlashDiffusion", Level = V1.LogLevel.Debug }, Requests.Call);
        var request = await Requests.BlurredAsync(Server);
        await Requests.ReconstructAsync(Server, request, Traced(trace));

        // From the call's thread, from the device's, at its end.
        string[] expected = ["accepted", "starts at timestep", "completed in"];
        var lines = await EventuallyAsync(
            () => operated.Receiver.Logs.Where(record => Hex(record.TraceId) == trace).Select(record => record.Body.StringValue + string.Join(' ', record.Attributes.Select(pair => pair.Value?.StringValue))).ToList(),
            found => expected.All(word => found.Exists(line => line.Contains(word, StringComparison.Ordinal))));
        Assert.Contains(lines, line => line.StartsWith("Session ", StringComparison.Ordinal));
        // No line about a reconstruction is nobody's.
        Assert.DoesNotContain(operated.Receiver.Logs, record => record.TraceId.IsEmpty && record.Body.StringValue.StartsWith("Session ", StringComparison.Ordinal));

        var previous = await operated.Admin.SetLogLevelAsync(new V1.SetLogLevelRequest { Category = "FlashDiffusion", Level = V1.LogLevel.Warning }, Requests.Call);
        Assert.Equal(V1.LogLevel.Debug, previous.PreviousLevel);
        var quiet = NewTrace();
        await Requests.ReconstructAsync(Server, request, Traced(quiet));
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(operated.Receiver.Logs, record => Hex(record.TraceId) == quiet);
    }

    [Fact]
    public async Task Metrics_EveryName_ReachesTheCollectorWithItsUnit()
    {
        await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server));

        // Those that a plain request causes; the others are in the units of what they count.
        Dictionary<string, string> expected = new()
        {
            ["rpc.server.call.duration"] = "s",
            ["flashdiffusion.request.queue.duration"] = "s",
            ["flashdiffusion.request.time_to_first_latent"] = "s",
            ["flashdiffusion.request.duration"] = "s",
            ["flashdiffusion.request.severity"] = "1",
            ["flashdiffusion.request.start_timestep"] = "1",
            ["flashdiffusion.request.steps"] = "{step}",
            ["flashdiffusion.step.duration"] = "s",
            ["flashdiffusion.batch.size"] = "{sample}",
            ["flashdiffusion.queue.length"] = "{request}",
            ["flashdiffusion.queue.work"] = "{step}",
            ["flashdiffusion.slots.active"] = "{sample}",
            ["flashdiffusion.solver.contexts"] = "{context}",
            ["flashdiffusion.server.ready"] = "{server}",
            ["flashdiffusion.steps"] = "{step}",
            ["flashdiffusion.network.calls"] = "{call}",
        };
        var seen = await EventuallyAsync(
            () => operated.Receiver.Metrics.GroupBy(metric => metric.Name).ToDictionary(group => group.Key, group => group.Last().Unit),
            found => expected.Keys.All(found.ContainsKey));
        Assert.All(expected, pair => Assert.Equal(pair.Value, seen[pair.Key]));
    }

    [Fact]
    public async Task Accepted_AtRest_EqualsWhatEnded()
    {
        await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server));
        using (var cancelled = Server.Reconstruction.Reconstruct(await SlowAsync(), Requests.Call))
        {
            Assert.True(await cancelled.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await Server.EventuallyAsync("flashdiffusion_slots_active", 0);
        var accepted = await Server.MetricAsync("flashdiffusion_requests_accepted_total");
        Assert.True(accepted >= 2);
        await Server.EventuallyAsync("flashdiffusion_request_duration_seconds_count", accepted.Value);
        var statistics = await operated.Admin.GetStatisticsAsync(new V1.GetStatisticsRequest(), Requests.Call);
        // The metric counts warm-ups too.
        Assert.InRange(statistics.Accepted, 2, accepted.Value - 1);
        Assert.Equal(statistics.Accepted - statistics.Active, statistics.Solvers.Sum(solver => solver.Completed + solver.Failed + solver.Cancelled));
    }

    [Fact]
    public async Task Cost_OfARequest_IsWhatTheMetricsGrewBy()
    {
        double[] before = [await Value("flashdiffusion_steps_total"), await Value("flashdiffusion_network_calls_total")];

        var cost = (await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server)))[^1].Result.Cost;

        Assert.Equal(cost.Steps, await Value("flashdiffusion_steps_total") - before[0]);
        var calls = cost.UnetForward + cost.UnetBackward + cost.DecoderForward + cost.DecoderBackward + cost.EncoderForward + cost.SeverityEncoder;
        Assert.Equal(calls, await Value("flashdiffusion_network_calls_total") - before[1]);

        async Task<double> Value(string name) => await Server.MetricAsync(name) ?? 0;
    }

    [Fact]
    public async Task Prometheus_Scraping_SeesTypesAndTrueValues()
    {
        // One with a severity, so that its histogram is there.
        await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server));
        await using var prometheus = new PrometheusServer(Server.Metrics);
        await prometheus.EventuallyAsync("up{job=\"flashdiffusion\"}", value => value == 1);
        using var call = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 100), Requests.Call);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        // A thousand steps of a tenth of a second lie ahead.
        await prometheus.EventuallyAsync("sum(flashdiffusion_queue_work)", value => value is > 0 and <= 1000);
        await prometheus.EventuallyAsync("sum(flashdiffusion_slots_active)", value => value == 1);
        call.Dispose();
        await prometheus.EventuallyAsync("sum(flashdiffusion_queue_work)", value => value == 0);
        await prometheus.EventuallyAsync("histogram_quantile(0.5, sum by (le) (flashdiffusion_step_duration_seconds_bucket))", value => value > 0);
        Assert.Equal("histogram", await prometheus.TypeAsync("flashdiffusion_request_severity"));
        Assert.Equal("gauge", await prometheus.TypeAsync("flashdiffusion_queue_work"));
    }

    [Fact]
    public async Task Admin_OnItsOwnPortOnly_CountsWhatRan()
    {
        await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server));
        var statistics = await operated.Admin.GetStatisticsAsync(new V1.GetStatisticsRequest(), Requests.Call);
        var solver = statistics.Solvers.Single(entry => entry.Solver == "latent_dps");
        Assert.True(solver is { Model: "starter", Completed: >= 1 });
        Assert.True(solver.Batches.Sum(batch => batch.Count) > 0);
        Assert.False(statistics.Draining);

        var device = Assert.Single(statistics.Devices);
        Assert.True(device.HasMemoryBudgetBytes && device.MemoryBudgetBytes > 0);
        var blurred = device.Lanes.First(lane => lane.Stage == "Step" && lane.Runner.StartsWith("latent_dps/", StringComparison.Ordinal) && lane.Operator.StartsWith("linear 3x", StringComparison.Ordinal));
        Assert.Equal("starter/1", blurred.Model);
        Assert.True(blurred.WorkingSize.Height > 0 && blurred.WorkingSize.Equals(blurred.PictureSize));
        Assert.All(blurred.Points, point => Assert.True(point is { Rows: >= 1, Count: >= 1 } && point.Time.ToTimeSpan() > TimeSpan.Zero));
        Assert.NotEmpty(blurred.Points);
        Assert.InRange(blurred.Batch, 1, 2);
        Assert.True(blurred.BytesPerRow > 0 && blurred.MemoryRows > 0);

        var elsewhere = await Assert.ThrowsAsync<RpcException>(async () => await new V1.AdminService.AdminServiceClient(Server.Channel).DrainAsync(new V1.DrainRequest(), Requests.Call));
        Assert.Equal((StatusCode.Unimplemented, "UNIMPLEMENTED"), (elsewhere.StatusCode, elsewhere.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        using var control = GrpcChannel.ForAddress(Server.Admin!);
        var catalog = await Assert.ThrowsAsync<RpcException>(async () => await new V1.CatalogService.CatalogServiceClient(control).ListModelsAsync(new V1.ListModelsRequest(), Requests.Call));
        Assert.Equal((StatusCode.Unimplemented, "UNIMPLEMENTED"), (catalog.StatusCode, catalog.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        var bad = await Assert.ThrowsAsync<RpcException>(async () => await operated.Admin.SetTraceSamplingAsync(new V1.SetTraceSamplingRequest { Ratio = 2 }, Requests.Call));
        Assert.Equal("ratio", bad.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task TraceSampling_Changed_HoldsAtOnceForCallersThatDoNotSay()
    {
        var request = await Requests.BlurredAsync(Server);
        var previous = await operated.Admin.SetTraceSamplingAsync(new V1.SetTraceSamplingRequest { Ratio = 0 }, Requests.Call);
        // Spans of calls before may still be on their way.
        var since = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        var trace = NewTrace();
        await Requests.ReconstructAsync(Server, request);
        await Requests.ReconstructAsync(Server, request, Traced(trace));

        await EventuallyAsync(() => SpansOf(trace), spans => spans.Exists(span => span.Name == "solve"));
        Assert.Equal(1, previous.PreviousRatio);
        Assert.All(operated.Receiver.Spans.Where(span => span.StartTimeUnixNano >= since), span => Assert.Equal(trace, Hex(span.TraceId)));
        await operated.Admin.SetTraceSamplingAsync(new V1.SetTraceSamplingRequest { Ratio = 1 }, Requests.Call);
    }

    [Fact]
    public async Task Reflection_Enabled_ListsEveryService()
    {
        using var call = new ServerReflection.ServerReflectionClient(Server.Channel).ServerReflectionInfo(Requests.Call);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "flashdiffusion.v1.ReconstructionService", "flashdiffusion.v1.CatalogService", "inference.GRPCInferenceService", "grpc.health.v1.Health" }, services);
        await call.RequestStream.CompleteAsync();
    }

    private async Task CancelledAfterStepsAsync(V1.ReconstructRequest request, string trace)
    {
        using var call = Server.Reconstruction.Reconstruct(request, Requests.Call.WithHeaders(Traced(trace)));
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress?.Step is not > 150)
        {
        }
    }

    // A thousand steps; a sixteenth of them leaves a trace.
    private async Task<V1.ReconstructRequest> SlowAsync() => await Requests.FaultyAsync(Server, "none", delay: 10);

    private List<Otlp.Traces.Span> SpansOf(string trace) => operated.Receiver.Spans.Where(span => Hex(span.TraceId) == trace).ToList();

    private static async Task<T> EventuallyAsync<T>(Func<T> look, Func<T, bool> fine)
    {
        var seen = look();
        for (var i = 0; i < 300 && !fine(seen); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            seen = look();
        }

        Assert.True(fine(seen), $"{seen}");
        return seen;
    }

    private static string NewTrace() => Guid.NewGuid().ToString("N");

    private static Metadata Traced(string trace) => new() { { "traceparent", $"00-{trace}-b7ad6b7169203331-01" } };

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
