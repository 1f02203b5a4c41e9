using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>How many turns groups of several callers get: each caller as many in a round, which its groups share. With one caller each group gets one.</summary>
internal sealed class ForecastShares
{
    private readonly CallerCounts _groups = new();
    private readonly int _most;

    /// <param name="groups">Groups that take turns.</param>
    public ForecastShares(IReadOnlyCollection<ForecastGroup> groups)
    {
        foreach (var caller in groups.SelectMany(group => group.Callers))
        {
            _groups.Add(caller);
        }

        _most = groups.Max(Sharers);
    }

    /// <summary>Turns of a group in a round.</summary>
    /// <param name="group">The group.</param>
    /// <param name="behind">Turns of groups of much larger pictures: after each of those one of each caller's small groups goes.</param>
    public long Turns(ForecastGroup group, long behind)
    {
        if (_groups.Callers == 1)
        {
            return behind;
        }

        var sharers = Sharers(group);
        var own = (_most + (sharers / 2)) / sharers;
        return sharers == 1 ? Math.Max(own, behind) : own + (behind / sharers);
    }

    // A group that several callers share gets the turns of who has fewest others.
    private int Sharers(ForecastGroup group) => group.Callers.Min(_groups.Of);
}
