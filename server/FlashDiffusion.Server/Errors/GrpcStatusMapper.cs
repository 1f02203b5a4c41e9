using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>Turns errors into gRPC statuses with google.rpc details; nothing below the services knows gRPC.</summary>
internal static class GrpcStatusMapper
{
    public const string Domain = "flashdiffusion.dev";
    public const string PushbackTrailer = "grpc-retry-pushback-ms";

    public static RpcException ToException(ServerError error)
    {
        var rich = ToStatus(error);
        var exception = rich.ToRpcException();
        if (error.RetryAfter is not { } wait)
        {
            return exception;
        }

        var trailers = exception.Trailers;
        trailers.Add(PushbackTrailer, ((long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        return new RpcException(exception.Status, trailers, exception.Message);
    }

    public static Google.Rpc.Status ToStatus(ServerError whole)
    {
        var error = ErrorSize.Limit(whole);
        var status = new Google.Rpc.Status { Code = (int)error.Code, Message = error.Message };
        var info = new ErrorInfo { Domain = Domain, Reason = error.Reason };
        info.Metadata.Add(error.Metadata);
        status.Details.Add(Any.Pack(info));
        if (!error.Violations.IsEmpty)
        {
            var request = new BadRequest();
            request.FieldViolations.AddRange(error.Violations.Select(
                violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description }));
            status.Details.Add(Any.Pack(request));
        }

        status.Details.AddRange(error.Missing.Select(missing => Any.Pack(
            new ResourceInfo { ResourceType = missing.Type, ResourceName = missing.Name, Description = missing.Description })));
        AddConditions(error, status);
        return status;
    }

    private static void AddConditions(ServerError error, Google.Rpc.Status status)
    {
        if (error.RetryAfter is { } wait)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));
        }

        if (error.Quota is { } quota)
        {
            var failure = new QuotaFailure();
            failure.Violations.Add(new QuotaFailure.Types.Violation { Subject = quota, Description = error.Message });
            status.Details.Add(Any.Pack(failure));
        }

        if (error.Precondition is { } subject)
        {
            var failure = new PreconditionFailure();
            failure.Violations.Add(new PreconditionFailure.Types.Violation { Type = error.Reason, Subject = subject, Description = error.Message });
            status.Details.Add(Any.Pack(failure));
        }
    }
}
