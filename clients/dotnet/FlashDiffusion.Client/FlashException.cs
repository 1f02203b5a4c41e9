using System.Security.Authentication;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>A call that failed. <see cref="Exception.Message"/> is one line for people; the rest is for programs.</summary>
public sealed class FlashException : Exception
{
    private FlashException(string message, RpcException inner)
        : base(message, inner)
    {
    }

    /// <summary>Kind of failure.</summary>
    public StatusCode Code { get; private init; }

    /// <summary>Stable name of the reason from google.rpc.ErrorInfo, for example <c>QUEUE_FULL</c>; empty if the server gave none.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>Everything that is wrong with the request, from google.rpc.BadRequest.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; private init; } = [];

    /// <summary>When it is worth trying again, if the server said so.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The server's push-back (<c>grpc-retry-pushback-ms</c>): when the same server may be asked again; negative if not at all.</summary>
    public TimeSpan? PushBack { get; private init; }

    internal static FlashException Of(StatusCode code, string message, Uri address) => From(new RpcException(new Grpc.Core.Status(code, message)), address);

    internal static FlashException From(RpcException exception, Uri address)
    {
        var status = exception.GetRpcStatus();
        var problems = status?.GetDetail<BadRequest>()?.FieldViolations
            .Select(violation => new FieldProblem(violation.Field, violation.Description))
            .ToArray() ?? [];
        var retry = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
        return new FlashException(Describe(exception, status, problems, retry, address), exception)
        {
            // gRPC calls a connection that was not trusted INTERNAL, as if the server had failed.
            Code = Distrust(exception) is null ? exception.StatusCode : StatusCode.Unavailable,
            Reason = status?.GetDetail<ErrorInfo>()?.Reason ?? "",
            Problems = problems,
            RetryAfter = retry,
            PushBack = PushBackOf(exception),
        };
    }

    private static AuthenticationException? Distrust(RpcException exception)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException distrust)
            {
                return distrust;
            }
        }

        return null;
    }

    private static TimeSpan? PushBackOf(RpcException exception) =>
        exception.Trailers.GetValue("grpc-retry-pushback-ms") is { } text
            // What can't be read means no retry (gRFC A6).
            ? TimeSpan.FromMilliseconds(int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : -1)
            : null;

    private static string Describe(
        RpcException exception, Google.Rpc.Status? status, FieldProblem[] problems, TimeSpan? retry, Uri address)
    {
        if (Distrust(exception) is { } distrust)
        {
            return $"No secure connection to {address}: {distrust.Message}";
        }

        if (status is null && exception.StatusCode == StatusCode.Unavailable && exception.Status.DebugException is not null)
        {
            var cause = exception.Status.DebugException.GetBaseException().Message;
            return $"No FlashDiffusion server answers at {address} ({cause}).";
        }

        if (exception.StatusCode == StatusCode.Unimplemented && status is null)
        {
            return $"The server at {address} is not a FlashDiffusion server, or an older one.";
        }

        if (exception.StatusCode == StatusCode.DeadlineExceeded && exception.Status.Detail.Length == 0)
        {
            return $"The server at {address} did not answer within the time limit.";
        }

        var detail = exception.Status.Detail.Length > 0 ? exception.Status.Detail : exception.StatusCode.ToString();
        var missing = problems.Where(problem => !detail.Contains(problem.Description, StringComparison.Ordinal)).ToArray();
        var fields = missing.Length == 0 ? "" : $" [{string.Join("; ", missing.Select(problem => $"{problem.Field}: {problem.Description}"))}]";
        var wait = retry is { } delay ? FormattableString.Invariant($" Try again in {delay.TotalSeconds:0.#} s.") : "";
        return $"{detail}{fields}{wait}";
    }
}
