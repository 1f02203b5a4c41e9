using FlashDiffusion.Server.Http.Faults;

namespace FlashDiffusion.Server.Http;

/// <summary>The body of a JSON request up to the limit of messages; one byte more is refused as a gRPC message would be.</summary>
internal sealed class LimitedBody(Stream inner, long? declared, int limit) : Stream
{
    private long _read;

    /// <summary>Whether more came than is allowed. The framework takes the exception for a body that is no JSON.</summary>
    public bool IsExceeded { get; private set; }

    /// <summary>What was read, as far as it is needed to say what is wrong with it.</summary>
    public BodySkeleton Seen { get; } = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (declared > limit)
        {
            throw TooLarge();
        }

        var read = await inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        if (_read > limit)
        {
            throw TooLarge();
        }

        Seen.Append(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    private IOException TooLarge()
    {
        IsExceeded = true;
        return new IOException($"The body is larger than {limit} bytes.");
    }
}
