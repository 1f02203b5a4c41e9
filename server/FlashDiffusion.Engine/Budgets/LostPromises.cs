namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// Who can't be in time even alone, and could not for some units: no promise is left that could be kept, and everybody else's goes before. Not at once, since a few units that
/// took far too long make all that follow seem so for a while. Device loop only.
/// </summary>
internal sealed class LostPromises
{
    /// <summary>By how much too long may still be in time what is to take so long: estimates are no better.</summary>
    private const double Hope = 1.25;

    /// <summary>Units during which one is taken to be in time though it seems too late.</summary>
    private const int Patience = 16;

    private Dictionary<long, int> _units = [];

    /// <summary>Whether a sample's promise is lost.</summary>
    /// <param name="id">Its number.</param>
    public bool Holds(long id) => _units.GetValueOrDefault(id) >= Patience;

    /// <summary>Looks at all that was promised, before a unit.</summary>
    /// <param name="promised">Those under way, timed.</param>
    public void Look(IEnumerable<ReservedWork> promised)
    {
        var before = _units;
        _units = promised.Where(work => work.Alone >= Hope * work.Left).ToDictionary(work => work.Id, work => before.GetValueOrDefault(work.Id) + 1);
    }
}
