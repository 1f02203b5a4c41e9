using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Security.Quotas;

namespace FlashDiffusion.Server.Retention;

/// <summary>What a named request is to the register.</summary>
/// <param name="Retained">The reconstruction that it means.</param>
/// <param name="Follower">How the call follows it.</param>
/// <param name="IsNew">Whether the caller must begin it.</param>
internal sealed record Claim(RetainedReconstruction Retained, Follower Follower, bool IsNew)
{
    /// <summary>Calls that may follow one reconstruction at once: each has its own events and writes its own pictures, of which no quota knows.</summary>
    public const int MostFollowers = 8;

    /// <summary>So many follow it already.</summary>
    public static ServerError Crowded(string id) => QuotaErrors.Of(
        "followers", $"{MostFollowers} calls follow the reconstruction '{id}' already; come again when one of them has ended, or fetch the result with GetReconstruction.", TimeSpan.FromSeconds(1));

    /// <summary>Another request holds the name.</summary>
    public static ServerError Taken(string id) => new()
    {
        Code = Grpc.Core.StatusCode.AlreadyExists,
        Reason = ErrorReasons.RequestIdTaken,
        Message = $"Another request was sent under the request_id '{id}'; a new request needs a new one.",
    };
}
