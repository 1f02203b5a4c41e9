using System.Net;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.Http;

public sealed class SlowMessagesTests
{
    [Fact]
    public async Task Stream_MessageThatNeverComes_IsLetGo()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Server:StallSeconds", "1"));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Grpc, "/inference.GRPCInferenceService/ModelStreamInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new BegunMessage(),
        };
        request.Content.Headers.ContentType = new("application/grpc");

        // A call that is reset has no status.
        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, TestContext.Current.CancellationToken));
        await Eventually.IsAsync(() => server.Logs.Text.Contains("ModelStreamInfer sent a message too slowly", StringComparison.Ordinal));
    }

    /// <summary>The length of a message and a few bytes of it.</summary>
    private sealed class BegunMessage : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 1, 0, 0, 10, 20, 30 }, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, TestContext.Current.CancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
