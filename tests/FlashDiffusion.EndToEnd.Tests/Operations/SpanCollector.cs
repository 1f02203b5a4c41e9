using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using FlashDiffusion.Testing.Tools;
using Google.Protobuf;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>The smallest OpenTelemetry collector: takes OTLP over HTTP and remembers spans.</summary>
internal sealed class SpanCollector : IDisposable
{
    // opentelemetry-proto: ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
    private static readonly int[] SpanPath = [1, 2, 2];
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();

    public SpanCollector()
    {
        Endpoint = $"http://127.0.0.1:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}";
        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Endpoint { get; }

    public IReadOnlyList<CollectedSpan> Spans => [.. _spans];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces")
                {
                    Read(body.ToArray(), depth: 0);
                }

                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Read(byte[] message, int depth)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == SpanPath[depth] && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                var inner = input.ReadBytes().ToByteArray();
                if (depth == SpanPath.Length - 1)
                {
                    _spans.Enqueue(CollectedSpan.Parse(inner));
                }
                else
                {
                    Read(inner, depth + 1);
                }
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
