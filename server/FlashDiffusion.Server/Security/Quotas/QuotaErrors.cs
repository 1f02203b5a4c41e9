using System.Collections.Immutable;
using FlashDiffusion.Server.Errors;
using Grpc.Core;

namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>Says which quota is used up, and when it is worth to come again.</summary>
internal static class QuotaErrors
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    public static ServerError Of(string quota, string message, TimeSpan wait) => new()
    {
        Code = StatusCode.ResourceExhausted,
        Reason = ErrorReasons.QuotaExceeded,
        Message = message,
        Quota = quota,
        RetryAfter = wait > Shortest ? wait : Shortest,
        Metadata = ImmutableDictionary<string, string>.Empty.Add("quota", quota),
    };
}
