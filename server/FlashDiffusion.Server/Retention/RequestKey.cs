namespace FlashDiffusion.Server.Retention;

/// <summary>What a <c>request_id</c> names: ids of different callers never meet.</summary>
/// <param name="Caller">The authenticated caller; empty for everybody where there is no authentication.</param>
/// <param name="Id">The <c>request_id</c>.</param>
internal readonly record struct RequestKey(string Caller, string Id);
