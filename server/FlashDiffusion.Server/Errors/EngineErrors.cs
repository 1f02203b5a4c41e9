using System.Collections.Immutable;
using System.Globalization;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>What the engine refuses or fails at, as errors of the API.</summary>
internal static class EngineErrors
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    public static ServerError Of(Rejection rejection) => rejection.Reason switch
    {
        RejectionReason.QueueFull => new ServerError
        {
            Code = StatusCode.ResourceExhausted,
            Reason = ErrorReasons.QueueFull,
            Message = rejection.Message,
            Quota = "reconstructions",
            RetryAfter = rejection.RetryAfter ?? ShortWait,
            Metadata = Eta(rejection.Eta),
        },
        // It takes moments, whatever reconstructions wait for.
        RejectionReason.WorkFull => new ServerError
        {
            Code = StatusCode.ResourceExhausted,
            Reason = ErrorReasons.WorkFull,
            Message = rejection.Message,
            Quota = "short_work",
            RetryAfter = ShortWait,
        },
        RejectionReason.Draining => ShuttingDown with { Message = rejection.Message },
        _ => new ServerError
        {
            Code = StatusCode.InvalidArgument,
            Reason = ErrorReasons.InvalidRequest,
            Message = rejection.Message,
            Violations = rejection.Violations,
        },
    };

    public static ServerError Of(Failure failure)
    {
        var metadata = failure.Step is { } step
            ? Eta(failure.Eta).Add("step", step.ToString(CultureInfo.InvariantCulture))
            : Eta(failure.Eta);
        return new ServerError
        {
            Code = failure.Outcome switch
            {
                SessionOutcome.Cancelled => StatusCode.Cancelled,
                SessionOutcome.DeadlineExceeded => StatusCode.DeadlineExceeded,
                SessionOutcome.QueuedTooLong or SessionOutcome.OutOfMemory => StatusCode.ResourceExhausted,
                SessionOutcome.BudgetTooSmall => StatusCode.FailedPrecondition,
                SessionOutcome.Rejected => StatusCode.Unavailable,
                _ => StatusCode.Internal,
            },
            Reason = failure.Reason,
            Message = failure.Message,
            Metadata = metadata,
            Precondition = failure.Outcome == SessionOutcome.BudgetTooSmall ? "scheduling.max_network_calls" : null,
            RetryAfter = failure.Outcome is SessionOutcome.Rejected or SessionOutcome.QueuedTooLong ? failure.RetryAfter ?? ShortWait : null,
            IsLogged = true,
        };
    }

    public static ServerError Starting { get; } = new()
    {
        Code = StatusCode.Unavailable,
        Reason = ErrorReasons.Starting,
        Message = "The server is still loading its models; try again in a moment, or wait for the health service 'readiness'.",
        RetryAfter = ShortWait,
    };

    public static ServerError Unexpected { get; } = new()
    {
        Code = StatusCode.Internal,
        Reason = ErrorReasons.InternalFault,
        Message = "The server failed at this request; its log says why.",
    };

    public static ServerError Gone { get; } = new() { Code = StatusCode.Cancelled, Reason = ErrorReasons.Cancelled, Message = "The client cancelled the call." };

    public static ServerError Stalled { get; } = new()
    {
        Code = StatusCode.Cancelled,
        Reason = ErrorReasons.ClientStalled,
        Message = "The client stopped reading, so the reconstruction was cancelled.",
    };

    public static ServerError TooSlow(double bytes, TimeSpan within) => new()
    {
        Code = StatusCode.Cancelled,
        Reason = ErrorReasons.ClientStalled,
        Message = string.Create(CultureInfo.InvariantCulture,
            $"Of a message that had begun fewer than {bytes:0} bytes came in {within.TotalSeconds:0.#} s, so the stream was cancelled; a message once begun must be sent on at twice that rate."),
    };

    public static ServerError ShuttingDown { get; } = new()
    {
        Code = StatusCode.Unavailable,
        Reason = ErrorReasons.ShuttingDown,
        Message = "The server is shutting down; send the request to another one.",
        RetryAfter = ShortWait,
    };

    private static ImmutableDictionary<string, string> Eta(TimeSpan? eta) => eta is { } wait
        ? ImmutableDictionary<string, string>.Empty.Add("eta_seconds", wait.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture))
        : ImmutableDictionary<string, string>.Empty;
}
