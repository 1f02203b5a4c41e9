namespace FlashDiffusion.Engine.Scheduling;

/// <summary>How much each caller has of something. Not thread-safe.</summary>
internal sealed class CallerCounts
{
    private readonly Dictionary<CallerKey, int> _counts = [];

    /// <summary>Callers that have any.</summary>
    public int Callers => _counts.Count;

    /// <summary>How much a caller has.</summary>
    public int Of(CallerKey caller) => _counts.GetValueOrDefault(caller);

    /// <summary>Counts one more.</summary>
    public void Add(CallerKey caller) => _counts[caller] = Of(caller) + 1;

    /// <summary>Counts one less; a caller without any is forgotten.</summary>
    public void Remove(CallerKey caller)
    {
        var left = Of(caller) - 1;
        if (left > 0)
        {
            _counts[caller] = left;
        }
        else
        {
            _counts.Remove(caller);
        }
    }
}
