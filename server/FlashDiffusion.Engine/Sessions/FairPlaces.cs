using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>
/// Places that callers take and give back. Nobody who has one loses it; but where all are taken, those that become free are kept for callers who have
/// less than an equal share and were refused, until they come again. Not thread-safe.
/// </summary>
/// <param name="capacity">How many there are.</param>
/// <param name="time">Clock.</param>
internal sealed class FairPlaces(int capacity, TimeProvider time)
{
    private readonly CallerCounts _taken = new();
    private readonly Dictionary<CallerKey, long> _kept = [];

    /// <summary>Places that are taken.</summary>
    public int Taken { get; private set; }

    /// <summary>Whether a caller would be refused.</summary>
    public bool IsFullFor(CallerKey caller)
    {
        if (Taken >= capacity)
        {
            return true;
        }

        if (_kept.Count == 0)
        {
            return false;
        }

        Forget();
        return capacity - Taken <= _kept.Count - (_kept.ContainsKey(caller) ? 1 : 0) && !HasLittle(caller);
    }

    /// <summary>Takes a place.</summary>
    /// <returns>False if there is none for this caller.</returns>
    public bool TryTake(CallerKey caller)
    {
        if (IsFullFor(caller))
        {
            return false;
        }

        _kept.Remove(caller);
        _taken.Add(caller);
        Taken++;
        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Free(CallerKey caller)
    {
        _taken.Remove(caller);
        Taken--;
    }

    /// <summary>Keeps the next free place for a caller who was refused, if it has less than its share.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="patience">For how long.</param>
    public void Keep(CallerKey caller, TimeSpan patience)
    {
        Forget();
        if ((_kept.Count < capacity || _kept.ContainsKey(caller)) && HasLittle(caller))
        {
            _kept[caller] = time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency);
        }
    }

    // Less than an equal share among those who have a place and those who wait for their first.
    private bool HasLittle(CallerKey caller)
    {
        var callers = _taken.Callers + _kept.Keys.Count(other => _taken.Of(other) == 0);
        callers += _taken.Of(caller) == 0 && !_kept.ContainsKey(caller) ? 1 : 0;
        return _taken.Of(caller) < Math.Max(1, capacity / Math.Max(1, callers));
    }

    private void Forget()
    {
        var now = time.GetTimestamp();
        foreach (var late in _kept.Where(entry => entry.Value < now).Select(entry => entry.Key).ToArray())
        {
            _kept.Remove(late);
        }
    }
}
