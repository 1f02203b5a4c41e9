using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>What became of requests, warm-ups aside, at one moment: accepted = active + ended.</summary>
/// <param name="Accepted">Requests ever accepted.</param>
/// <param name="Active">Requests under way.</param>
/// <param name="Ended">Requests that ended, by how; every outcome.</param>
internal sealed record RequestCounts(long Accepted, int Active, ImmutableSortedDictionary<SessionOutcome, long> Ended);
