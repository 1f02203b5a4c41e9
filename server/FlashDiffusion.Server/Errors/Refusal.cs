using System.Globalization;
using FlashDiffusion.Server.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>Answers a call before its handler: the same error in the form that the caller's protocol has for it.</summary>
internal static class Refusal
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor)));

    /// <param name="context">The call.</param>
    /// <param name="error">Why there is no answer.</param>
    /// <param name="httpStatus">What HTTP calls it; null for the status that belongs to the code.</param>
    public static async Task WriteAsync(HttpContext context, ServerError error, int? httpStatus = null)
    {
        var response = context.Response;
        context.Features.Set(new CallAnswer { Code = error.Code });
        var status = GrpcStatusMapper.ToStatus(error);
        if (CallAnswer.IsGrpc(context))
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = context.Request.ContentType;
            response.Headers["grpc-status"] = ((int)error.Code).ToString(CultureInfo.InvariantCulture);
            StatusMessage.Write(response.Headers, error.Message);
            response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray());
            if (error.RetryAfter is { } pause)
            {
                response.Headers[GrpcStatusMapper.PushbackTrailer] = Math.Ceiling(pause.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            }

            return;
        }

        response.StatusCode = httpStatus ?? error.Code switch
        {
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status403Forbidden,
        };
        response.ContentType = "application/json";
        if (error.Code == StatusCode.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await response.WriteAsync(Formatter.Format(status), context.RequestAborted);
    }
}
