using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>Refusals as the real server makes them.</summary>
internal static class Failures
{
    public static RpcException BadRequest(params (string Field, string Description)[] violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations.Select(
            violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description }));
        return Make(StatusCode.InvalidArgument, "The request has problems.", "INVALID_REQUEST", Any.Pack(request));
    }

    public static RpcException QueueFull(TimeSpan wait) => Make(
        StatusCode.ResourceExhausted, "The queue is full.", "QUEUE_FULL", Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }));

    public static RpcException Starting() => Make(StatusCode.Unavailable, "The server is starting.", "SERVER_STARTING");

    public static RpcException ShuttingDown(int pushBackMilliseconds)
    {
        var failure = Make(StatusCode.Unavailable, "The server is shutting down.", "SERVER_SHUTTING_DOWN");
        var trailers = failure.Trailers;
        trailers.Add("grpc-retry-pushback-ms", pushBackMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new RpcException(failure.Status, trailers);
    }

    public static RpcException Of(StatusCode code, string reason) => Make(code, "It failed.", reason);

    private static RpcException Make(StatusCode code, string message, string reason, params Any[] details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        status.Details.Add(Any.Pack(new ErrorInfo { Domain = "test", Reason = reason }));
        status.Details.AddRange(details);
        return status.ToRpcException();
    }
}
