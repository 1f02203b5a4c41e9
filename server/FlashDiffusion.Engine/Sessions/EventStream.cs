using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>
/// Events on their way from the device thread to one reader. Four slots: the accepted event, the newest progress event with a picture, one that came
/// after it without (for a checkpoint only), the final event. Writing never waits; a progress event that is replaced before it was read is counted
/// and leaves its checkpoint to the next one, the first and the final one are never lost.
/// </summary>
internal sealed class EventStream
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private AcceptedEvent? _accepted;
    private ProgressEvent? _shown;
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
                return _accepted is not null || _shown is not null || _progress is not null;
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

    /// <summary>Publishes a progress event in place of unread ones; without a picture it waits behind one that has one.</summary>
    /// <returns>How many it replaced.</returns>
    public int Publish(ProgressEvent progress)
    {
        int replaced;
        lock (_gate)
        {
            var unread = _progress;
            if (HasPicture(progress))
            {
                replaced = (_shown is null ? 0 : 1) + (unread is null ? 0 : 1);
                _shown = null;
            }
            else if (HasPicture(unread))
            {
                // One checkpoint is enough.
                replaced = 0;
                _shown = progress.Checkpoint is null ? unread : unread! with { Checkpoint = null };
            }
            else
            {
                replaced = unread is null ? 0 : 1;
            }

            _skipped += replaced;
            _progress = progress with { Skipped = progress.Skipped + _skipped, Checkpoint = progress.Checkpoint ?? unread?.Checkpoint };
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
            (_shown, _progress) = (null, null);
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

    private static bool HasPicture(ProgressEvent? progress) => progress is { Latent: not null } or { Preview: not null };

    private SessionEvent? Take()
    {
        lock (_gate)
        {
            if (_accepted is { } accepted)
            {
                _accepted = null;
                return accepted;
            }

            if (_shown is { } shown)
            {
                _shown = null;
                return shown;
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
