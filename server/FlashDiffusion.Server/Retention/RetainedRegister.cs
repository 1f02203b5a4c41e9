using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Requests;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Retention;

/// <summary>
/// The reconstructions that have a name, running ones and ended ones until their lifetime is over or their memory is needed for newer
/// ones. One name, one computation. Safe to use from any thread.
/// </summary>
internal sealed class RetainedRegister(IOptions<ResultOptions> options, TimeProvider time, FlashDiffusionTelemetry telemetry) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKey, RetainedReconstruction> _byKey = [];
    private readonly LinkedList<RetainedReconstruction> _ended = [];
    private readonly Dictionary<RetainedReconstruction, long> _weights = [];
    private readonly Dictionary<RetainedReconstruction, ITimer> _expiries = [];
    private long _bytes;

    /// <summary>Bytes of the results that are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Joins the reconstruction of that name, or makes it the caller's to begin.</summary>
    /// <param name="key">The name.</param>
    /// <param name="fingerprint">What is asked for.</param>
    /// <param name="request">How it wants to be remembered.</param>
    public Mapped<Claim> Take(RequestKey key, RequestFingerprint fingerprint, RetentionRequest request)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var retained) && retained.TryFollow() is { } joined)
            {
                var isSame = retained.IsSame(fingerprint);
                if (isSame && retained.Followers <= Claim.MostFollowers)
                {
                    return Mapped<Claim>.Of(new Claim(retained, joined, IsNew: false));
                }

                joined.Leave();
                return Mapped<Claim>.Refused(isSame ? Claim.Crowded(key.Id) : Claim.Taken(key.Id));
            }

            // What failed or was cancelled may be tried again.
            if (retained is not null)
            {
                Forget(retained);
            }

            var begun = new RetainedReconstruction(key, fingerprint, request, OnEnded, telemetry.RecordDetached);
            _byKey[key] = begun;
            return Mapped<Claim>.Of(new Claim(begun, begun.TryFollow()!, IsNew: true));
        }
    }

    /// <summary>The reconstruction of a name; null if there is none.</summary>
    public RetainedReconstruction? Find(RequestKey key)
    {
        lock (_gate)
        {
            return _byKey.GetValueOrDefault(key);
        }
    }

    /// <summary>Forgets a reconstruction of which nothing came, or whose lifetime is over.</summary>
    public void Forget(RetainedReconstruction retained)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(retained.Key, out var known) && known == retained)
            {
                _byKey.Remove(retained.Key);
            }

            _ended.Remove(retained);
            if (_weights.Remove(retained, out var bytes))
            {
                _bytes -= bytes;
            }

            if (_expiries.Remove(retained, out var timer))
            {
                timer.Dispose();
            }
        }
    }

    /// <summary>Counts what an ended one keeps by now. Where that is more than may be kept, what was written of results goes first, then the oldest of them.</summary>
    public void Weigh(RetainedReconstruction retained)
    {
        lock (_gate)
        {
            Count(retained);
            for (var next = _ended.First; next is not null && _bytes > options.Value.MaximumBytes; next = next.Next)
            {
                next.Value.Answers.Drop();
                Count(next.Value);
            }

            while ((_bytes > options.Value.MaximumBytes || _ended.Count > options.Value.MaximumCount) && _ended.First is { } oldest)
            {
                Forget(oldest.Value);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _expiries.Values)
            {
                timer.Dispose();
            }

            _expiries.Clear();
        }
    }

    private void OnEnded(RetainedReconstruction retained)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(retained.Key, out var known) || known != retained)
            {
                return;
            }

            retained.Expires = time.GetUtcNow() + retained.Request.Lifetime;
            _ended.AddLast(retained);
            _weights.Add(retained, 0);
            _expiries.Add(retained, time.CreateTimer(_ => Forget(retained), null, retained.Request.Lifetime, Timeout.InfiniteTimeSpan));
            Weigh(retained);
        }
    }

    private void Count(RetainedReconstruction retained)
    {
        // Its answers change while it is kept: what was counted is what is taken off.
        if (_weights.TryGetValue(retained, out var before))
        {
            _bytes += (_weights[retained] = retained.Bytes) - before;
        }
    }
}
