using System.Net;
using System.Net.Http.Headers;

namespace FlashDiffusion.Server.Tests.Http;

/// <summary>The body of a call over gRPC that rests between its pieces.</summary>
internal sealed class PausedBody : HttpContent
{
    private readonly TimeSpan _pause;
    private readonly byte[][] _pieces;

    public PausedBody(TimeSpan pause, params byte[][] pieces)
    {
        (_pause, _pieces) = (pause, pieces);
        Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
    }

    /// <summary>A call with it.</summary>
    public HttpRequestMessage To(Uri server, string path) => new(HttpMethod.Post, new Uri(server, path))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = this,
    };

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var (i, piece) in _pieces.Index())
        {
            await Task.Delay(i == 0 ? TimeSpan.Zero : _pause, cancellationToken);
            await stream.WriteAsync(piece, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, TestContext.Current.CancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
