namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Where a piece of work stands in its caller's own line, and since when. Who sends many requests has one of them at each place of that line, and each
/// counts among those of other callers from the moment when it came up, not from when it was sent. Device loop only.
/// </summary>
internal sealed class CallerPlace
{
    private int? _index;
    private long _since;

    /// <summary>Whether it came up behind other work of its caller: it then goes behind those who stood at their place before.</summary>
    public bool CameUp { get; private set; }

    /// <summary>By how many places it came up at once: the more of its caller's work was done then.</summary>
    public int Leap { get; private set; }

    /// <summary>Says that its caller has other work already, if it stands nowhere yet.</summary>
    public void Follow() => CameUp |= _index is null;

    /// <summary>Timestamp since which it stands where it does.</summary>
    /// <param name="work">The work.</param>
    /// <param name="now">Timestamp of this moment.</param>
    public long Since(IScheduledWork work, long now) => _index is not null ? _since : CameUp ? now : work.AcceptedAt;

    /// <summary>Takes note of the place; one further in front counts from now on.</summary>
    /// <param name="work">The work.</param>
    /// <param name="index">How much of its caller's work stands before it.</param>
    /// <param name="now">Timestamp of this moment.</param>
    public void Stand(IScheduledWork work, int index, long now)
    {
        if (_index is null)
        {
            _since = Since(work, now);
        }
        else if (index < _index)
        {
            (_since, CameUp, Leap) = (now, true, _index.Value - index);
        }

        _index = index;
    }
}
