namespace FlashDiffusion.Server.Resume;

/// <summary>
/// How the time limit of a request goes on with it to another server. What its servers spent counts; what lies between two of them does not, since no clock is
/// theirs together.
/// </summary>
internal static class TokenTimeLimits
{
    /// <summary>The limit of a request that begins; null without one.</summary>
    public static TokenTimeLimit? Begun(TimeSpan? said) => After(said, 0);

    /// <summary>The limit of a request that goes on; null without one.</summary>
    /// <param name="said">What it says now.</param>
    /// <param name="token">Where it goes on from.</param>
    public static TokenTimeLimit? GoingOn(TimeSpan? said, TokenPayload token) =>
        token.TimeLimit is { } first && first.Said == said?.Ticks ? first : After(said, SpentTicks(token));

    /// <summary>What is left of a limit, above 0: who has none left is refused as others are whose time does not suffice. Null without one.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="token">Where its request goes on from.</param>
    public static TimeSpan? Left(TokenTimeLimit? limit, TokenPayload token) =>
        limit is null ? null : TimeSpan.FromTicks(Math.Max(1, limit.End - SpentTicks(token)));

    private static TokenTimeLimit? After(TimeSpan? said, long spent) => said is { } limit ? new TokenTimeLimit { Said = limit.Ticks, End = spent + limit.Ticks } : null;

    private static long SpentTicks(TokenPayload token) => token.Cost.QueueTime + token.Cost.ComputeTime;
}
