using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>
/// Takes what a server exports by OTLP over gRPC, and counts its bytes. It decodes nothing: that would cost time on the processor that it shares
/// with the server. What is in the messages, tests look at.
/// </summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    // A message of no bytes: no flag, and its length in four bytes.
    private static readonly byte[] EmptyMessage = new byte[5];

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, long> _bytes;

    private OtlpSink(WebApplication app, ConcurrentDictionary<string, long> bytes) => (_app, _bytes) = (app, bytes);

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Bytes of a signal so far.</summary>
    /// <param name="signal"><c>trace</c>, <c>metrics</c> or <c>logs</c>.</param>
    public long Bytes(string signal) => _bytes.GetValueOrDefault(signal);

    public static async Task<OtlpSink> StartAsync()
    {
        var bytes = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapPost("/opentelemetry.proto.collector.{signal}.v1.{service}/Export", async (string signal, HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bytes.AddOrUpdate(signal, body.Length, (_, before) => before + body.Length);
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(EmptyMessage);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return new OtlpSink(app, bytes);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
