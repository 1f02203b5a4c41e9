using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>One accepted request, as its caller sees it. Safe to use from any thread.</summary>
internal sealed class ReconstructionSession
{
    /// <summary>Seconds, about three years, beyond which a deadline is none.</summary>
    private const double Longest = 1e8;

    private readonly Action _wake;
    private readonly TimeProvider _time;
    private long _cancelledAt = long.MinValue;
    private readonly List<IDisposable> _attached = [];
    private int _ended;
    private int _begun;
    private int _planned;
    private int _lookedAt;
    private int _handedOff;

    /// <param name="id">Number of the session in its engine.</param>
    /// <param name="request">The request.</param>
    /// <param name="time">Clock of the engine.</param>
    /// <param name="wake">Wakes the device thread, so that a cancellation is seen at once if it sleeps.</param>
    public ReconstructionSession(long id, ReconstructionRequest request, TimeProvider time, Action wake)
    {
        Id = id;
        _time = time;
        _wake = wake;
        AcceptedAt = time.GetTimestamp();
        AcceptedTime = time.GetUtcNow();
        Request = request.TimeLimit is { } limit && !(request.Deadline <= AcceptedTime + limit) ? request with { Deadline = AcceptedTime + limit } : request;
        DueAt = Request.Deadline is { } deadline ? AcceptedAt + (long)Math.Round(Math.Min((deadline - AcceptedTime).TotalSeconds, Longest) * time.TimestampFrequency) : null;
    }

    /// <summary>Number of the session in its engine.</summary>
    public long Id { get; }

    /// <summary>The request.</summary>
    public ReconstructionRequest Request { get; }

    /// <summary>Timestamp of the admission.</summary>
    public long AcceptedAt { get; }

    /// <summary>The same as a time of day.</summary>
    public DateTimeOffset AcceptedTime { get; }

    /// <summary>Timestamp of its deadline, as far away as that was at the admission, however the clock is set later; null without one.</summary>
    public long? DueAt { get; }

    /// <summary>Keeps model, solver and operator in service until the device holds nothing of the session any more; null if they stay anyway.</summary>
    public IDisposable? Lease { get; init; }

    /// <summary>Whether it is the engine's own, so that it says nothing of how many arrive.</summary>
    public bool IsWarmUp { get; init; }

    /// <summary>Says why it is refused if its time is up before it is planned, with the time that would do; null if nobody knows. Any thread.</summary>
    public Func<Failure?> TooTight { get; init; } = () => null;

    /// <summary>How many seconds before its deadline it is lost if its device has not looked at it by then; 0 where nobody knows. Any thread.</summary>
    public Func<double> LostBefore { get; init; } = () => 0;

    /// <summary>Says when the next of those that are here is done, and when all are; null where nobody knows. Any thread.</summary>
    public Func<(TimeSpan? NextFree, TimeSpan? All)> Queue { get; init; } = () => default;

    /// <summary>Called once when it is to go on elsewhere: the device may be in a long unit then. Set before it is handed out.</summary>
    public Action HandingOff { get; set; } = () => { };

    /// <summary>Where it would go on if it ended now, with the times until now: the newest state that was copied; null if there is none. Any thread.</summary>
    public Func<Checkpoint?> Standing { get; set; } = () => null;

    /// <summary>Events for the one reader.</summary>
    public EventStream Events { get; } = new();

    /// <summary>Whether somebody asked for the end.</summary>
    public bool IsCancelled => Volatile.Read(ref _cancelledAt) != long.MinValue;

    /// <summary>Timestamp of the first <see cref="Cancel"/>; meaningless without one.</summary>
    public long CancelledAt => Volatile.Read(ref _cancelledAt);

    /// <summary>Time since a timestamp, by the clock of its engine.</summary>
    public TimeSpan Since(long timestamp) => _time.GetElapsedTime(timestamp);

    /// <summary>A timestamp of its engine's clock.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Whether it has ended; the device drops what it holds of it.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Whether it shall go on elsewhere.</summary>
    public bool IsHandedOff => Volatile.Read(ref _handedOff) != 0;

    /// <summary>Whether its device has planned it, so that its deadline is a promise.</summary>
    public bool IsPlanned => Volatile.Read(ref _planned) != 0;

    /// <summary>Whether its device has begun to look at it, or planned it without.</summary>
    public bool IsLookedAt => IsPlanned || Volatile.Read(ref _lookedAt) != 0;

    /// <summary>Whether its first step has begun.</summary>
    public bool HasBegun => Volatile.Read(ref _begun) != 0;

    /// <summary>Says that it is planned.</summary>
    public void Plan() => Volatile.Write(ref _planned, 1);

    /// <summary>Says that its look begins.</summary>
    public void Look() => Volatile.Write(ref _lookedAt, 1);

    /// <summary>Says that its first step begins.</summary>
    public void Begin() => Volatile.Write(ref _begun, 1);

    /// <summary>Claims the end of the session, and lets go of what was attached to it.</summary>
    /// <returns>True for the first caller only.</returns>
    public bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        Release();
        return true;
    }

    /// <summary>Attaches something that is disposed of at the end; at once if it has ended already.</summary>
    public void Attach(IDisposable attached)
    {
        lock (_attached)
        {
            _attached.Add(attached);
        }

        if (HasEnded)
        {
            Release();
        }
    }

    /// <summary>Events in order: accepted, progress (conflated to the newest), result or failure. One reader only.</summary>
    /// <param name="cancellation">Ends the reading and cancels nothing else; call <see cref="Cancel"/> for that.</param>
    public IAsyncEnumerable<SessionEvent> ReadEventsAsync(CancellationToken cancellation) => Events.ReadAsync(cancellation);

    /// <summary>Reads all events.</summary>
    /// <returns>The last one: a result or a failure.</returns>
    public async Task<SessionEvent> EndAsync()
    {
        await foreach (var happened in ReadEventsAsync(CancellationToken.None))
        {
            if (happened is ResultEvent or FailedEvent)
            {
                return happened;
            }
        }

        throw new InvalidOperationException("A session ended without a final event.");
    }

    /// <summary>Ends the reconstruction; its place on the device is free within one step, and a <see cref="FailedEvent"/> follows.</summary>
    public void Cancel()
    {
        if (Interlocked.CompareExchange(ref _cancelledAt, _time.GetTimestamp(), long.MinValue) == long.MinValue)
        {
            _wake();
        }
    }

    /// <summary>Ends the reconstruction here, so that it can go on elsewhere: the last event carries a checkpoint if the request asks for any.</summary>
    public void HandOff()
    {
        var isFirst = Interlocked.Exchange(ref _handedOff, 1) == 0;
        Cancel();
        if (isFirst)
        {
            HandingOff();
        }
    }

    private void Release()
    {
        lock (_attached)
        {
            _attached.ForEach(attached => attached.Dispose());
            _attached.Clear();
        }
    }
}
