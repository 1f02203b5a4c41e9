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
    private const string DetailsName = "grpc-status-details-bin";

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next, int maximumMessageBytes)
    {
        await next(context);
        if (GrpcAnswer.StatusOf(context, out var code) is { IsReadOnly: false } place && code != StatusCode.OK && !place.ContainsKey(DetailsName))
        {
            var message = Uri.UnescapeDataString(place["grpc-message"].ToString());
            place[DetailsName] = Convert.ToBase64String(GrpcStatusMapper.ToStatus(Describe(code, message, maximumMessageBytes)).ToByteArray());
        }
    }

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
