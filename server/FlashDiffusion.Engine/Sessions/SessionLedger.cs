using System.Collections.Immutable;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>
/// Keeps count of sessions: accepted = completed + failed + cancelled + those still under way. One that went on detached, without a stream, is
/// counted by its end as any other. Safe to use from any thread.
/// </summary>
/// <param name="capacity">Sessions that may be under way at once.</param>
/// <param name="telemetry">Where counts go.</param>
/// <param name="time">Clock; null for the system's.</param>
internal sealed class SessionLedger(int capacity, FlashDiffusionTelemetry telemetry, TimeProvider? time = null)
{
    private readonly Lock _gate = new();
    private readonly FairPlaces _places = new(capacity, time ?? TimeProvider.System);
    private readonly Dictionary<SessionOutcome, long> _ended = [];
    private readonly Dictionary<SessionOutcome, long> _answered = [];
    private long _requests;
    private int _beside;
    private TaskCompletionSource? _empty;
    private bool _closed;

    /// <summary>Sessions under way.</summary>
    public int Active
    {
        get
        {
            lock (_gate)
            {
                return UnderWay;
            }
        }
    }

    private int UnderWay => _places.Taken + _beside;

    /// <summary>Sessions ever accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>The same without those that entered beside the places, and so were nobody's request.</summary>
    public RequestCounts Requests
    {
        get
        {
            lock (_gate)
            {
                return new RequestCounts(_requests, _places.Taken, Enum.GetValues<SessionOutcome>().ToImmutableSortedDictionary(outcome => outcome, outcome => _answered.GetValueOrDefault(outcome)));
            }
        }
    }

    /// <summary>Whether there is no place for a caller.</summary>
    public bool IsFullFor(CallerKey caller)
    {
        lock (_gate)
        {
            return !_closed && _places.IsFullFor(caller);
        }
    }

    /// <summary>Keeps the next free place for a caller that was refused, if it has less than its share.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="patience">For how long.</param>
    public void Keep(CallerKey caller, TimeSpan patience)
    {
        lock (_gate)
        {
            _places.Keep(caller, patience);
        }
    }

    /// <summary>Sessions that ended so.</summary>
    public long Ended(SessionOutcome outcome)
    {
        lock (_gate)
        {
            return _ended.GetValueOrDefault(outcome);
        }
    }

    /// <summary>Takes a place.</summary>
    /// <param name="caller">Whose request it is for.</param>
    /// <returns>Null, or why there is none.</returns>
    public RejectionReason? TryEnter(CallerKey caller = default)
    {
        lock (_gate)
        {
            if (_closed || !_places.TryTake(caller))
            {
                return _closed ? RejectionReason.Draining : RejectionReason.QueueFull;
            }

            Accepted++;
            _requests++;
        }

        telemetry.RecordAccepted();
        return null;
    }

    /// <summary>Enters beside the places, as a warm-up does: a full queue must not leave a model cold, nor a warm-up take a place that somebody waits for.</summary>
    /// <returns>False if the ledger is closed.</returns>
    public bool TryEnterBeside()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _beside++;
            Accepted++;
        }

        telemetry.RecordAccepted();
        return true;
    }

    /// <summary>Gives no places any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <summary>Ends a session with its final event and frees its place; a second end changes nothing.</summary>
    /// <param name="session">The session.</param>
    /// <param name="final">A <see cref="ResultEvent"/> or a <see cref="FailedEvent"/>.</param>
    /// <param name="seconds">Time since its admission.</param>
    /// <returns>Whether this was the end; false if it had ended before.</returns>
    public bool Finish(ReconstructionSession session, SessionEvent final, double seconds)
    {
        var outcome = final is FailedEvent failed ? failed.Failure.Outcome : SessionOutcome.Completed;
        if (!session.TryEnd())
        {
            return false;
        }

        // The place is free before the reader can know of the end, so that a caller who waits for it may send the next request.
        TaskCompletionSource? empty = null;
        lock (_gate)
        {
            if (session.IsWarmUp)
            {
                _beside--;
            }
            else
            {
                _places.Free(session.Request.Caller);
                _answered[outcome] = _answered.GetValueOrDefault(outcome) + 1;
            }

            _ended[outcome] = _ended.GetValueOrDefault(outcome) + 1;
            if (UnderWay == 0)
            {
                (empty, _empty) = (_empty, null);
            }
        }

        var taken = TimeSpan.FromSeconds(seconds);
        if (!session.IsWarmUp)
        {
            telemetry.Tally.Record(session.Request, final, taken, session.AcceptedTime + taken);
        }

        telemetry.RecordRequest(session.Request.Solver.Descriptor.Name, outcome, seconds);
        session.Events.Finish(final);
        empty?.SetResult();
        return true;
    }

    /// <summary>Waits until no session is under way.</summary>
    public Task WhenEmptyAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return UnderWay == 0
                ? Task.CompletedTask
                : (_empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellation);
        }
    }
}
