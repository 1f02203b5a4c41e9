using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>A response whose body goes by <see cref="PacedBody"/>; its headers, trailers and end are the server's.</summary>
internal sealed class PacedResponse(IHttpResponseBodyFeature inner, PacedBody body) : IHttpResponseBodyFeature
{
    public Stream Stream => body;

    public PipeWriter Writer { get; } = PipeWriter.Create(body, new StreamPipeWriterOptions(minimumBufferSize: PacedBody.Piece, leaveOpen: true));

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => inner.SendFileAsync(path, offset, count, cancellationToken);

    /// <summary>Sends what was written and not sent yet.</summary>
    public async Task SendAsync()
    {
        if (Writer.UnflushedBytes > 0)
        {
            await Writer.FlushAsync();
        }
    }

    public async Task CompleteAsync()
    {
        await SendAsync();
        await inner.CompleteAsync();
    }
}
