using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>Which failures say something about the way, and not about the request.</summary>
internal static class BrokenStream
{
    private const string CancelledOnRequest = "CANCELLED_ON_REQUEST";

    // What was made for another server, key, version or time, or has more steps left than time: what begins again is shortened. The request itself may be fine.
    private static readonly string[] UselessCheckpoint = ["RESUME_TOKEN_INVALID", "RESUME_EXPIRED", "RESUME_UNFIT", "DEADLINE_TOO_TIGHT"];

    // Of these another server may think otherwise: it has another key, or other versions.
    private static readonly string[] UnfitHere = ["RESUME_TOKEN_INVALID", "RESUME_UNFIT"];

    /// <summary>Whether the same request may succeed elsewhere or later.</summary>
    public static bool IsBreak(FlashException failure) => failure.Code switch
    {
        StatusCode.Unavailable or StatusCode.DataLoss => true,
        // Proxies report a server that died as CANCELLED; the caller's own wish never gets here.
        StatusCode.Cancelled => failure.Reason != CancelledOnRequest,
        StatusCode.ResourceExhausted => failure.RetryAfter is not null,
        // RST_STREAM and the like. A server's own failures have a reason and would come again.
        StatusCode.Internal or StatusCode.Unknown => failure.Reason.Length == 0,
        _ => false,
    };

    /// <summary>Whether a server can't go on from the checkpoint, so that the request must begin again.</summary>
    public static bool IsUselessCheckpoint(FlashException failure) => UselessCheckpoint.Contains(failure.Reason);

    /// <summary>Whether that is so of this server only, as far as it knows.</summary>
    public static bool IsUselessHere(FlashException failure) => UnfitHere.Contains(failure.Reason);
}
