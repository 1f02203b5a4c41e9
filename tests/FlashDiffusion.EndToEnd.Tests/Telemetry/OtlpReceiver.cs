using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>An OpenTelemetry collector of the test's own: takes OTLP over gRPC and keeps what comes.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Otlp.Traces.Span> Spans { get; } = new();

    public ConcurrentQueue<Otlp.Logs.LogRecord> Logs { get; } = new();

    public ConcurrentQueue<Otlp.Metrics.Metric> Metrics { get; } = new();

    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        OtlpReceiver? receiver = null;
        builder.Services.AddSingleton(_ => receiver!);
        var app = builder.Build();
        app.MapGrpcService<TraceReceiver>();
        app.MapGrpcService<LogReceiver>();
        app.MapGrpcService<MetricReceiver>();
        receiver = new OtlpReceiver(app);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class TraceReceiver(OtlpReceiver receiver) : Otlp.Traces.TraceService.TraceServiceBase
    {
        public override Task<Otlp.Traces.ExportTraceServiceResponse> Export(Otlp.Traces.ExportTraceServiceRequest request, ServerCallContext context)
        {
            request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans).ToList().ForEach(receiver.Spans.Enqueue);
            return Task.FromResult(new Otlp.Traces.ExportTraceServiceResponse());
        }
    }

    private sealed class LogReceiver(OtlpReceiver receiver) : Otlp.Logs.LogsService.LogsServiceBase
    {
        public override Task<Otlp.Logs.ExportLogsServiceResponse> Export(Otlp.Logs.ExportLogsServiceRequest request, ServerCallContext context)
        {
            request.ResourceLogs.SelectMany(resource => resource.ScopeLogs).SelectMany(scope => scope.LogRecords).ToList().ForEach(receiver.Logs.Enqueue);
            return Task.FromResult(new Otlp.Logs.ExportLogsServiceResponse());
        }
    }

    private sealed class MetricReceiver(OtlpReceiver receiver) : Otlp.Metrics.MetricsService.MetricsServiceBase
    {
        public override Task<Otlp.Metrics.ExportMetricsServiceResponse> Export(Otlp.Metrics.ExportMetricsServiceRequest request, ServerCallContext context)
        {
            request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics).ToList().ForEach(receiver.Metrics.Enqueue);
            return Task.FromResult(new Otlp.Metrics.ExportMetricsServiceResponse());
        }
    }
}
