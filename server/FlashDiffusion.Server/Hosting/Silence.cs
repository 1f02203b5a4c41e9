namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Tells a machine that is gone from one whose program only pauses. A paused one's system goes on acknowledging what comes, or that it has no room; of one that is
/// gone nothing comes back. What was idle for an hour has answered nothing for that long and is well: time counts from when something is under way.
/// </summary>
/// <param name="patience">Time for which nothing may come back.</param>
internal sealed class Silence(TimeSpan patience)
{
    private TimeSpan? _since;

    /// <summary>Looks at a connection.</summary>
    /// <param name="state">How it is.</param>
    /// <param name="now">Time, from any origin.</param>
    /// <returns>Whether the other end is gone.</returns>
    public bool IsGone(TcpState state, TimeSpan now)
    {
        if (!state.Waits)
        {
            _since = null;
            return false;
        }

        // An answer that came meanwhile was to what was under way before; what is now began later.
        _since = _since is { } since && now - state.SinceAnswer < since ? since : now;
        return now - _since >= patience;
    }
}
