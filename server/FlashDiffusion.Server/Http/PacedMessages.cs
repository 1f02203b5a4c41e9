using System.IO.Pipelines;

namespace FlashDiffusion.Server.Http;

/// <summary>
/// The body of a stream of requests, in which a message that has begun must come on: between two messages a stream may rest for as long as it likes, so that nothing else
/// bounds how slowly one comes, nor for how long what came of it is held.
/// </summary>
/// <param name="inner">The body.</param>
/// <param name="least">Bytes of a message that must come in a time, unless it is whole before.</param>
/// <param name="within">The time.</param>
/// <param name="time">Clock.</param>
/// <param name="refuse">What is thrown at whoever reads from a client that is too slow, which ends the call.</param>
internal sealed class PacedMessages(PipeReader inner, double least, TimeSpan within, TimeProvider time, Func<Exception> refuse) : PipeReader
{
    private ReadResult _read;
    private long _begun;
    private long _counted;
    private TimeSpan _waited;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_begun == 0)
        {
            return _read = await inner.ReadAsync(cancellationToken);
        }

        // Only what the client keeps the server waiting for counts: it may be the server that does not read on.
        var began = time.GetTimestamp();
        var reading = inner.ReadAsync(cancellationToken).AsTask();
        if (!await StallLimit.IsTakenAsync(reading, within > _waited ? within - _waited : TimeSpan.Zero, time))
        {
            inner.CancelPendingRead();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw refuse();
        }

        _waited += time.GetElapsedTime(began);
        return _read = await reading;
    }

    public override bool TryRead(out ReadResult result)
    {
        var read = inner.TryRead(out result);
        _read = read ? result : _read;
        return read;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _begun = _read.Buffer.Slice(consumed).Length;
        // Whoever takes a message out begins the next one.
        var isNext = _begun < _read.Buffer.Length;
        if (isNext || _begun - _counted >= least)
        {
            (_counted, _waited) = (isNext ? 0 : _begun, TimeSpan.Zero);
        }

        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
}
