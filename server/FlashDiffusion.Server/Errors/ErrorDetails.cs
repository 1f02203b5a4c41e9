using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Telemetry;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>
/// Gives refusals that the framework makes itself (a message that is too large, an unknown method, a deadline) the ErrorInfo that
/// every error of this server carries.
/// </summary>
internal static class ErrorDetails
{
    public const string DetailsName = "grpc-status-details-bin";

    /// <summary>What is said of bytes that are no message of the method.</summary>
    public const string Unreadable = "The request can't be read: its bytes are no message of this method in protobuf, framed as gRPC frames it.";

    private const string NoService =
        "No service of that name is at this port. The protos describe what there is; the admin service has a port of its own and must be enabled (--admin=true), and so must reflection (--reflection=true).";

    private const string NoMethod = "This service has no method of that name: the client was made for another version of the protos.";
    private const string NoHealth = "Health knows no such name: there are '', readiness, liveness, the names of services, model/NAME and solver/NAME.";

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next, int maximumMessageBytes)
    {
        await next(context);
        Correct(context);
        if (GrpcAnswer.StatusOf(context, out var code) is { IsReadOnly: false } place && code != StatusCode.OK && !place.ContainsKey(DetailsName))
        {
            var said = StatusMessage.Read(place);
            var message = Explain(code, said);
            if (message != said)
            {
                StatusMessage.Write(place, message);
            }

            place[DetailsName] = Convert.ToBase64String(GrpcStatusMapper.ToStatus(Describe(code, message, LimitOf(context) ?? maximumMessageBytes)).ToByteArray());
        }
    }

    /// <summary>
    /// What could not be read never reached a handler, whose faults are known. The framework calls it a fault of the server; it is one of
    /// the request.
    /// </summary>
    private static void Correct(HttpContext context)
    {
        if (context.Features.Get<CallAnswer>() is null && GrpcAnswer.StatusOf(context, out var code) is { IsReadOnly: false } place && code is (StatusCode.Unknown or StatusCode.Internal))
        {
            place["grpc-status"] = ((int)StatusCode.InvalidArgument).ToString(System.Globalization.CultureInfo.InvariantCulture);
            StatusMessage.Write(place, Unreadable);
            RefusedRequests.CountUnreadable(context);
        }
    }

    private static int? LimitOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<MessageLimit>()?.Bytes;

    // The framework names neither what there is nor what to do.
    private static string Explain(StatusCode code, string said) => (code, said) switch
    {
        (StatusCode.Unimplemented, "Service is unimplemented.") => NoService,
        (StatusCode.Unimplemented, "Method is unimplemented.") => NoMethod,
        (StatusCode.NotFound, "") => NoHealth,
        _ => said,
    };

    /// <summary>A refusal that the framework made, in our words.</summary>
    public static ServerError Describe(StatusCode code, string message, int maximumMessageBytes)
    {
        var error = new ServerError
        {
            Code = code,
            Message = message,
            Reason = code switch
            {
                StatusCode.ResourceExhausted => ErrorReasons.MessageTooLarge,
                StatusCode.NotFound => ErrorReasons.UnknownName,
                StatusCode.Unimplemented => ErrorReasons.Unimplemented,
                StatusCode.DeadlineExceeded => ErrorReasons.DeadlineExceeded,
                StatusCode.Cancelled => ErrorReasons.Cancelled,
                StatusCode.InvalidArgument => ErrorReasons.InvalidRequest,
                StatusCode.Unknown => ErrorReasons.InternalFault,
                _ => ErrorReasons.TransportFault,
            },
        };
        return code == StatusCode.ResourceExhausted
            ? error with { Metadata = error.Metadata.Add("maximum_message_bytes", maximumMessageBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)) }
            : error;
    }
}
