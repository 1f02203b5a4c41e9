namespace FlashDiffusion.Server.Http;

/// <summary>Writes an answer in pieces, each of which must be taken in time: whoever is slow takes one after another, whoever does not read takes none.</summary>
/// <param name="inner">The body.</param>
/// <param name="stall">Time that a piece may take.</param>
/// <param name="time">Clock.</param>
/// <param name="letGo">Ends the call of a client that does not read.</param>
internal sealed class PacedBody(Stream inner, TimeSpan stall, TimeProvider time, Action letGo) : Stream
{
    /// <summary>Bytes of a piece: what a connection's buffers hold without anybody reading.</summary>
    public const int Piece = 64 * 1024;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var rest = buffer; rest.Length > 0; rest = rest[Math.Min(Piece, rest.Length)..])
        {
            await InTimeAsync(inner.WriteAsync(rest[..Math.Min(Piece, rest.Length)], cancellationToken).AsTask());
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => InTimeAsync(inner.FlushAsync(cancellationToken));

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task InTimeAsync(Task write)
    {
        if (!await StallLimit.IsTakenAsync(write, stall, time))
        {
            letGo();
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new OperationCanceledException("The client did not read.");
        }

        await write;
    }
}
