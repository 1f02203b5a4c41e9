namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>
/// Steps that a caller may still have. It fills with time and may be overdrawn, because what a reconstruction needs is known only when
/// it is planned, after its admission: the debt is what the next one waits for. Safe to use from any thread.
/// </summary>
internal sealed class StepAccount
{
    // Whoever waits as long as he was told must find his step.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly double _perSecond;
    private readonly double _most;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private double _steps;
    private long _updated;

    /// <param name="perSecond">Steps that come back in a second.</param>
    /// <param name="most">Most that it can hold, and what it begins with.</param>
    /// <param name="time">Clock.</param>
    public StepAccount(double perSecond, double most, TimeProvider time)
    {
        (_perSecond, _most, _time, _steps) = (perSecond, most, time, most);
        _updated = time.GetTimestamp();
    }

    /// <summary>Whether it is as good as new, so that it can be forgotten.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return Fill() >= _most;
            }
        }
    }

    /// <summary>Time until there is a step again; zero if there is one.</summary>
    public TimeSpan Wait()
    {
        lock (_gate)
        {
            var wait = TimeSpan.FromSeconds(Math.Max(0, 1 - Fill()) / _perSecond);
            return wait > Rounding ? wait : TimeSpan.Zero;
        }
    }

    /// <summary>Takes steps, also more than there are.</summary>
    public void Take(int steps)
    {
        lock (_gate)
        {
            _steps = Fill() - steps;
        }
    }

    private double Fill()
    {
        var now = _time.GetTimestamp();
        _steps = Math.Min(_most, _steps + (_perSecond * _time.GetElapsedTime(_updated, now).TotalSeconds));
        _updated = now;
        return _steps;
    }
}
