using Google.Protobuf;

namespace FlashDiffusion.Server.Retention;

/// <summary>
/// The answer that an event was last written as, so that whoever fetches it again, or at the same time, costs no second encoding. Safe to use from any
/// thread.
/// </summary>
/// <typeparam name="TEvent">What happened.</typeparam>
/// <typeparam name="TAnswer">What is said of it; never changed once it is written.</typeparam>
internal sealed class KeptAnswer<TEvent, TAnswer>
    where TEvent : class
    where TAnswer : IMessage
{
    private readonly Lock _gate = new();
    private (TEvent Happened, V1.PictureFormat Format, Task<TAnswer> Answer)? _kept;

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _kept is { Answer: { IsCompletedSuccessfully: true } answer } ? answer.Result.CalculateSize() : 0;
            }
        }
    }

    /// <summary>Whether this event is kept in that format.</summary>
    public bool Has(TEvent happened, V1.PictureFormat format)
    {
        lock (_gate)
        {
            return _kept is { Answer.IsFaulted: false } kept && ReferenceEquals(kept.Happened, happened) && kept.Format == format;
        }
    }

    /// <summary>The kept answer, if it is of this event in this format; else what is written now, which is kept instead.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="format">The format.</param>
    /// <param name="write">Writes it, on another thread: who comes meanwhile waits for it without one.</param>
    public Task<TAnswer> WriteAsync(TEvent happened, V1.PictureFormat format, Func<TAnswer> write)
    {
        lock (_gate)
        {
            if (!Has(happened, format))
            {
                _kept = (happened, format, Task.Run(write));
            }

            return _kept!.Value.Answer;
        }
    }

    /// <summary>Lets go of what is kept, unless it is of that event.</summary>
    public void Keep(TEvent? only)
    {
        lock (_gate)
        {
            _kept = _kept is { } kept && ReferenceEquals(kept.Happened, only) ? kept : null;
        }
    }
}
