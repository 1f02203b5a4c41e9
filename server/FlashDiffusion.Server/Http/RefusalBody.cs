namespace FlashDiffusion.Server.Http;

/// <summary>The body of a JSON answer. What the framework itself says of a refused request is kept instead of sent, so that it can be said with all details.</summary>
internal sealed class RefusalBody(Stream inner, Func<bool> isRefusal) : Stream
{
    private MemoryStream? _refusal;
    private bool _decided;

    /// <summary>What the framework said; null if the body was sent.</summary>
    public ReadOnlyMemory<byte>? Refusal => _refusal?.GetBuffer().AsMemory(0, (int)_refusal.Length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Target().WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Target().WriteAsync(buffer, offset, count, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _decided ? Target().FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private Stream Target()
    {
        if (!_decided)
        {
            _decided = true;
            _refusal = isRefusal() ? new MemoryStream() : null;
        }

        return _refusal ?? inner;
    }
}
