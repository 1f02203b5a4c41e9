using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Retention;

/// <summary>What a named request is to the register.</summary>
/// <param name="Retained">The reconstruction that it means.</param>
/// <param name="Follower">How the call follows it.</param>
/// <param name="IsNew">Whether the caller must begin it.</param>
internal sealed record Claim(RetainedReconstruction Retained, Follower Follower, bool IsNew)
{
    /// <summary>Another request holds the name.</summary>
    public static ServerError Taken(string id) => new()
    {
        Code = Grpc.Core.StatusCode.AlreadyExists,
        Reason = ErrorReasons.RequestIdTaken,
        Message = $"Another request was sent under the request_id '{id}'; a new request needs a new one.",
    };
}
