using System.Collections.Immutable;
using FlashDiffusion.Server.Errors;
using Grpc.Core;

namespace FlashDiffusion.Server.Resume;

/// <summary>Why a reconstruction can't be resumed here.</summary>
internal static class ResumeErrors
{
    /// <summary>The token is in order, but this server or this time is not the right one.</summary>
    public static ServerError Unfit(string reason, string subject, string message) => new()
    {
        Code = StatusCode.FailedPrecondition, Reason = reason, Message = message, Precondition = $"resume_from/{subject}",
    };

    /// <summary>The request is not the one that the token was made for.</summary>
    public static ServerError Mismatch(ImmutableArray<FieldViolation> violations) => new()
    {
        Code = StatusCode.InvalidArgument,
        Reason = ErrorReasons.ResumeMismatch,
        Message = "The request is not the one that the token was made for. " + string.Join(' ', violations.Select(violation => $"{violation.Field}: {violation.Description}")),
        Violations = violations,
    };
}
