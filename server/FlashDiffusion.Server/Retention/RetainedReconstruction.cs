using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Retention;

/// <summary>
/// A reconstruction with a name: any number of calls follow it, and its end is remembered. Reads the session's events once and hands
/// them on. Safe to use from any thread.
/// </summary>
/// <param name="key">Its name.</param>
/// <param name="fingerprint">What the request asked for.</param>
/// <param name="request">How it wants to be remembered.</param>
/// <param name="ended">Called once, at its end.</param>
/// <param name="detached">Called once, when it goes on although nobody follows it any more.</param>
#pragma warning disable CA1001 // Its source of cancellation has neither a timer nor a handle, so that there is nothing to dispose of.
internal sealed class RetainedReconstruction(RequestKey key, RequestFingerprint fingerprint, RetentionRequest request, Action<RetainedReconstruction> ended, Action detached)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly List<Follower> _followers = [];
    private readonly TaskCompletionSource<ServerError?> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _nobody = new();
    private ReconstructionSession? _session;
    private AcceptedEvent? _accepted;
    private ProgressEvent? _progress;
    private SessionEvent? _final;
    private long _pictures;
    private bool _abandoned;
    private bool _detached;
    private bool _onRequest;

    public RequestKey Key => key;

    public RetentionRequest Request => request;

    /// <summary>Number of its session; 0 before the engine accepted it.</summary>
    public long SessionId { get; private set; }

    /// <summary>How its answers look.</summary>
    public MappedReconstruction? Mapped { get; private set; }

    /// <summary>Completes with null when the engine has accepted it, or with the reason why nothing came of it.</summary>
    public Task<ServerError?> Begun => _begun.Task;

    /// <summary>Completes at its end, or when nothing came of it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Cancelled when nothing is to come of it any more: nobody follows it, or somebody ended it. Whoever is told holds no lock of it.</summary>
    public CancellationToken Abandoned => _nobody.Token;

    /// <summary>When it will be forgotten; null before its end. Written by the register.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>What its events were written as for those who fetch them.</summary>
    public KeptAnswers Answers { get; } = new();

    /// <summary>Bytes of host memory that its end keeps, with what was written of it.</summary>
    public long Bytes => _pictures + Answers.Bytes;

    /// <summary>What happened so far.</summary>
    public (AcceptedEvent? Accepted, ProgressEvent? Progress, SessionEvent? Final) Look()
    {
        lock (_gate)
        {
            return (_accepted, _progress, _final);
        }
    }

    /// <summary>Whether a request of its name joins it; one that failed or is being cancelled is begun anew.</summary>
    public bool CanBeFollowed
    {
        get
        {
            lock (_gate)
            {
                return !(_abandoned || _final is FailedEvent || _session is { IsCancelled: true });
            }
        }
    }

    /// <summary>Whether anybody reads its events.</summary>
    public bool IsFollowed => Followers > 0;

    /// <summary>How many read its events.</summary>
    public int Followers
    {
        get
        {
            lock (_gate)
            {
                return _followers.Count;
            }
        }
    }

    /// <summary>Whether a request asks for the very same.</summary>
    public bool IsSame(RequestFingerprint again) => fingerprint.IsSame(again, Mapped is { } mapped ? RequestChoices.Of(mapped) : null);

    /// <summary>Follows it from its first event on, without the progress events that are past; null if it failed or is being cancelled.</summary>
    public Follower? TryFollow()
    {
        lock (_gate)
        {
            if (!CanBeFollowed)
            {
                return null;
            }

            var follower = new Follower(this);
            Replay(follower.Events);
            if (_final is null)
            {
                _followers.Add(follower);
            }

            return follower;
        }
    }

    /// <summary>The engine has accepted it.</summary>
    public void Begin(ReconstructionSession session, MappedReconstruction mapped)
    {
        lock (_gate)
        {
            (_session, SessionId, Mapped) = (session, session.Id, mapped);
            if (_abandoned)
            {
                session.Cancel();
            }
        }

        _ = HandOnAsync(session);
        _begun.SetResult(null);
    }

    /// <summary>Nothing came of it.</summary>
    public void Refuse(ServerError error)
    {
        lock (_gate)
        {
            // Who ended it before it was read is told the same as who ends it later.
            var cancelled = error.Code == Grpc.Core.StatusCode.Cancelled;
            error = cancelled && _onRequest ? EngineErrors.Of(EndedOnRequest) : error;
            _final ??= new FailedEvent(new Failure(cancelled ? SessionOutcome.Cancelled : SessionOutcome.Rejected, error.Reason, error.Message));
        }

        _begun.TrySetResult(error);
        _ended.TrySetResult();
    }

    /// <summary>A follower goes; the last one ends what does not detach.</summary>
    public void Leave(Follower follower)
    {
        lock (_gate)
        {
            if (_followers.Remove(follower) && _followers.Count == 0)
            {
                GoOnOrEnd();
            }
        }

        follower.Events.Finish(new FailedEvent(Gone));
    }

    /// <summary>Ends it for all.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _onRequest = _final is null;
            Abandon();
        }
    }

    /// <summary>Ends it for all, to go on elsewhere.</summary>
    public void HandOff()
    {
        lock (_gate)
        {
            _abandoned |= _final is null;
            _session?.HandOff();
        }
    }

    private void GoOnOrEnd()
    {
        if (!request.Detaches)
        {
            Abandon();
        }
        else if (!_detached && !_abandoned)
        {
            // A second stream may come and go; that it went on alone is counted once.
            _detached = true;
            detached();
        }
    }

    private void Abandon()
    {
        if (_final is null)
        {
            _abandoned = true;
            // Never on this thread, which holds the lock.
            _ = _nobody.CancelAsync();
        }

        _session?.Cancel();
    }

    private static Failure EndedOnRequest { get; } = new(SessionOutcome.Cancelled, ErrorReasons.CancelledOnRequest, "CancelReconstruction ended this reconstruction.");

    private static Failure Gone { get; } = new(SessionOutcome.Cancelled, ErrorReasons.Cancelled, "The client cancelled the call.");

    private async Task HandOnAsync(ReconstructionSession session)
    {
        await foreach (var happened in session.ReadEventsAsync(CancellationToken.None))
        {
            Take(happened);
        }

        ended(this);
        _ended.TrySetResult();
    }

    private void Take(SessionEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case AcceptedEvent accepted:
                    _accepted = accepted;
                    _followers.ForEach(follower => follower.Events.Publish(accepted));
                    break;
                case ProgressEvent progress:
                    // An event may be for a checkpoint only: who polls sees no picture come and go.
                    _progress = progress with { Checkpoint = progress.Checkpoint ?? _progress?.Checkpoint, Preview = progress.Preview ?? _progress?.Preview };
                    _followers.ForEach(follower => follower.Events.Publish(progress));
                    break;
                default:
                    End(happened);
                    break;
            }
        }
    }

    private void End(SessionEvent final)
    {
        // So that no client takes somebody's wish for a broken stream.
        _final = final = final is FailedEvent { Failure: { Outcome: SessionOutcome.Cancelled } failure } && _onRequest
            ? new FailedEvent(failure with { Reason = EndedOnRequest.Reason, Message = EndedOnRequest.Message })
            : final;
        _followers.ForEach(follower => follower.Events.Finish(final));
        _followers.Clear();
        _final = final is FailedEvent ended ? ended with { Checkpoint = null, Failure = ended.Failure with { Cause = null } } : final;
        // What is remembered is the end: neither the measurement nor the way.
        (_session, Mapped) = (null, Mapped?.WithoutPictures());
        _accepted = _accepted is null ? null : _accepted with { Checkpoint = null };
        _progress = _progress is null ? null : _progress with { Latent = null, Preview = null, Checkpoint = null };
        Answers.Keep(_accepted, _progress);
        _pictures = sizeof(float) * ((_accepted?.DecodedMean?.Values.LongLength ?? 0)
            + (final is ResultEvent result ? result.Picture.Values.LongLength + (result.Latent?.Values.LongLength ?? 0) : 0));
    }

    private void Replay(EventStream events)
    {
        if (_accepted is not null)
        {
            events.Publish(_accepted);
        }

        if (_progress is not null)
        {
            events.Publish(_progress);
        }

        if (_final is not null)
        {
            events.Finish(_final);
        }
    }
}
