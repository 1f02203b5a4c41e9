namespace FlashDiffusion.Server.Retention;

/// <summary>How a request wants to be remembered.</summary>
/// <param name="Id">Its <c>request_id</c>.</param>
/// <param name="Detaches">Whether it goes on when nobody follows it any more.</param>
/// <param name="Lifetime">How long its end is remembered.</param>
internal sealed record RetentionRequest(string Id, bool Detaches, TimeSpan Lifetime);
