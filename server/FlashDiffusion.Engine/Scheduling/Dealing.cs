namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Deals rows caller by caller: the first of each caller's line, then the second of each, and so on. Among those at the same place the policy
/// decides, but who came up behind other work of its caller goes behind all who stood there before: a caller with a hundred requests gets no more
/// turns than one with a single request at a time. With one caller it is the order of its own line.
/// </summary>
internal static class Dealing
{
    /// <summary>Puts claims into their callers' lines.</summary>
    /// <param name="claims">The claims; in the order of their lines afterwards, all lines together.</param>
    /// <returns>How many callers there are.</returns>
    public static int Line<T>(Claim<T>[] claims)
    {
        Array.Sort(claims, Claim<T>.InLine);
        var lengths = new Dictionary<CallerKey, int>();
        foreach (var claim in claims)
        {
            claim.Index = lengths.GetValueOrDefault(claim.Caller);
            lengths[claim.Caller] = claim.Index + 1;
        }

        return lengths.Count;
    }

    /// <summary>Puts claims of several callers, each at its place, into the order in which they get rows.</summary>
    public static void Deal<T>(Claim<T>[] claims)
    {
        Array.Sort(claims, Claim<T>.ByArrival);
        var last = double.NegativeInfinity;
        for (var i = 0; i < claims.Length; i++)
        {
            var claim = claims[i];
            last = i > 0 && Claim<T>.ByPlace(claims[i - 1], claim) == 0 ? last : double.NegativeInfinity;
            if (claim is { CameUp: true, IsPressing: false })
            {
                claim.Rank = Math.Max(claim.Rank, last);
            }

            last = Math.Max(last, claim.Rank);
        }

        Array.Sort(claims, Claim<T>.Dealt);
    }
}
