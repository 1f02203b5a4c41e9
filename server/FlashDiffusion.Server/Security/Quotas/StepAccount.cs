namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>
/// Steps that a caller may still have. It fills with time and may be overdrawn, because what a reconstruction needs is known only when
/// it is planned, after its admission: the debt is what the next one waits for. Until then an estimate is set aside. Safe to use from any thread.
/// </summary>
internal sealed class StepAccount
{
    // Whoever waits as long as he was told must find his step.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    // Within about that time plans are made, and show whether what is set aside is needed.
    private static readonly TimeSpan Planning = TimeSpan.FromSeconds(1);

    private readonly double _perSecond;
    private readonly double _most;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private double _steps;
    private long _setAside;
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
                return _setAside == 0 && Fill() >= _most;
            }
        }
    }

    /// <summary>Sets steps aside, also more than there are, if there is one that nobody has taken or set aside.</summary>
    /// <param name="steps">How many.</param>
    /// <returns>Zero; or, if there is none, when it is worth to ask again.</returns>
    public TimeSpan SetAside(int steps)
    {
        lock (_gate)
        {
            var left = Fill();
            var wait = Until(left - _setAside);
            if (wait > TimeSpan.Zero)
            {
                // What is set aside is not waited off: it is taken or given back before.
                var debt = Until(left);
                var planned = debt > Planning ? debt : Planning;
                return wait < planned ? wait : planned;
            }

            _setAside += steps;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Gives back what was set aside.</summary>
    public void GiveBack(int steps)
    {
        lock (_gate)
        {
            _setAside -= steps;
        }
    }

    /// <summary>Takes steps, also more than there are.</summary>
    /// <param name="steps">How many; below 0 if some were taken that were not needed.</param>
    public void Take(int steps)
    {
        lock (_gate)
        {
            _steps = Fill() - steps;
        }
    }

    // Until there is a step; zero if there is one.
    private TimeSpan Until(double left)
    {
        var wait = TimeSpan.FromSeconds(Math.Max(0, 1 - left) / _perSecond);
        return wait > Rounding ? wait : TimeSpan.Zero;
    }

    private double Fill()
    {
        var now = _time.GetTimestamp();

        // What is set aside is as good as taken: a caller whose plan is late does not lose what comes back until then.
        _steps = Math.Min(_most + _setAside, _steps + (_perSecond * _time.GetElapsedTime(_updated, now).TotalSeconds));
        _updated = now;
        return _steps;
    }
}
