using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>
/// Events on their way from the device thread to one reader. Three slots: the accepted event, the newest progress event, the final
/// event. Writing never waits; a progress event that is replaced before it was read is counted and leaves its checkpoint to the next one,
/// the other two are never lost.
/// </summary>
internal sealed class EventStream
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private AcceptedEvent? _accepted;
    private ProgressEvent? _progress;
    private SessionEvent? _final;
    private long _skipped;
    private bool _closed;

    /// <summary>Whether anybody may still read what is published: false once the reader has gone or the final event is there.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_gate)
            {
                return !_closed && _final is null;
            }
        }
    }

    /// <summary>Whether something waits for the reader.</summary>
    public bool HasUnread
    {
        get
        {
            lock (_gate)
            {
                return _accepted is not null || _progress is not null;
            }
        }
    }

    /// <summary>Publishes the first event.</summary>
    public void Publish(AcceptedEvent accepted)
    {
        lock (_gate)
        {
            _accepted = accepted;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Publishes a progress event in place of an unread one.</summary>
    /// <returns>True if it replaced one.</returns>
    public bool Publish(ProgressEvent progress)
    {
        bool replaced;
        lock (_gate)
        {
            replaced = _progress is not null;
            _skipped += replaced ? 1 : 0;
            _progress = progress with { Skipped = progress.Skipped + _skipped, Checkpoint = progress.Checkpoint ?? _progress?.Checkpoint };
        }

        _signal.Writer.TryWrite(true);
        return replaced;
    }

    /// <summary>Publishes the final event; later calls change nothing.</summary>
    public void Finish(SessionEvent final)
    {
        lock (_gate)
        {
            _final ??= final;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Says that nobody reads any more, so that nothing more is copied.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _progress = null;
        }
    }

    /// <summary>Events in order, up to and with the final one. One reader only.</summary>
    /// <param name="cancellation">Ends the reading; the session goes on.</param>
    public async IAsyncEnumerable<SessionEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            while (Take() is { } taken)
            {
                yield return taken;
                if (taken is ResultEvent or FailedEvent)
                {
                    yield break;
                }
            }

            await _signal.Reader.ReadAsync(cancellation);
        }
    }

    private SessionEvent? Take()
    {
        lock (_gate)
        {
            if (_accepted is { } accepted)
            {
                _accepted = null;
                return accepted;
            }

            if (_progress is { } progress)
            {
                _progress = null;
                return progress;
            }

            return _final;
        }
    }
}
