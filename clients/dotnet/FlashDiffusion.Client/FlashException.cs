using System.Net.Sockets;
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
            // gRPC calls a connection that was not trusted, or that is no HTTP/2, INTERNAL, as if the server had failed.
            Code = Distrust(exception) is null && Unopened(exception) is null ? exception.StatusCode : StatusCode.Unavailable,
            Reason = status?.GetDetail<ErrorInfo>()?.Reason ?? "",
            Problems = problems,
            RetryAfter = retry,
            PushBack = PushBackOf(exception),
        };
    }

    /// <summary>What several servers said, of whom none did what was asked: the weightiest of them, with the words of all.</summary>
    /// <param name="failures">What each said; at least one.</param>
    internal static FlashException OfAll(IReadOnlyCollection<(Uri Address, FlashException Failure)> failures)
    {
        // Whatever their order: a refusal says more than that nobody answers, and that more than that one does not know it.
        var weightiest = failures.Select(failed => failed.Failure).OrderBy(failure => failure.Code switch
        {
            StatusCode.NotFound => 2,
            StatusCode.Unavailable => 1,
            _ => 0,
        }).ThenBy(failure => failure.Code).First();
        if (failures.Count == 1)
        {
            return weightiest;
        }

        var each = failures.OrderBy(failed => failed.Address.ToString(), StringComparer.Ordinal)
            .Select(failed => failed.Failure.Message.Contains(failed.Address.ToString(), StringComparison.Ordinal) ? failed.Failure.Message : $"{failed.Address}: {failed.Failure.Message}");
        return new FlashException($"None of {failures.Count} servers could do it. {string.Join(" ", each)}", (RpcException)weightiest.InnerException!)
        {
            Code = weightiest.Code,
            Reason = weightiest.Reason,
            Problems = weightiest.Problems,
            RetryAfter = weightiest.RetryAfter,
            PushBack = weightiest.PushBack,
        };
    }

    /// <summary>What kept a connection from being opened as HTTP/2 by whoever listens; null if there was a call.</summary>
    private static HttpRequestError? Unopened(RpcException exception)
    {
        if (exception.StatusCode != StatusCode.Internal || exception.GetRpcStatus() is not null || !exception.Status.Detail.StartsWith("Error starting gRPC call", StringComparison.Ordinal))
        {
            return null;
        }

        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            // Unknown: what closes the connection while it is being opened as HTTP/2.
            if (cause is HttpRequestException
                {
                    HttpRequestError: (HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.VersionNegotiationError or HttpRequestError.Unknown) and var kind
                })
            {
                return kind;
            }
        }

        return null;
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

    // .NET's words are of frames and chains.
    private static string Explain(AuthenticationException distrust) => distrust.Message switch
    {
        var said when said.Contains("frame size", StringComparison.Ordinal) => $"what answers there does not speak TLS; give the port that does, or http:// for cleartext ({said})",
        var said when said.Contains("PartialChain", StringComparison.Ordinal) || said.Contains("UntrustedRoot", StringComparison.Ordinal) => $"its certificate is signed by no authority that is trusted here ({said}).",
        var said => said,
    };

    /// <summary>What may be wrong where something listens and ends the connection without a word.</summary>
    private static string Ended(Exception cause, Uri address) => cause.GetBaseException() switch
    {
        // Nobody listens, or the network does not get there.
        SocketException { SocketErrorCode: not SocketError.ConnectionReset } => "",

        // With TLS 1.3 a client is connected before its certificate is looked at.
        IOException or SocketException or ObjectDisposedException or HttpRequestException { HttpRequestError: HttpRequestError.Unknown } => address.Scheme == Uri.UriSchemeHttps
            ? " The server may ask for a client certificate of an authority that it trusts."
            : " If the server has TLS, write https:// before the address.",
        _ => "",
    };

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
            return $"No secure connection to {address}: {Explain(distrust)}";
        }

        // With TLS both have agreed on HTTP/2 before one of them closes: that is no stranger.
        var unopened = Unopened(exception);
        if (unopened is { } kind && !(kind == HttpRequestError.Unknown && address.Scheme == Uri.UriSchemeHttps))
        {
            return $"What answers at {address} does not speak gRPC, which needs HTTP/2: give the server's gRPC port, 8001 unless it was told another, and https:// if it has TLS.";
        }

        if (status is null && (exception.StatusCode == StatusCode.Unavailable || unopened is not null) && exception.Status.DebugException is not null)
        {
            var cause = exception.Status.DebugException.GetBaseException().Message;
            return $"No FlashDiffusion server answers at {address} ({cause}).{Ended(exception.Status.DebugException, address)}";
        }

        if (exception.StatusCode == StatusCode.Unimplemented && status is null)
        {
            return $"The server at {address} is not a FlashDiffusion server, or an older one.";
        }

        // Said by the client's half of gRPC, or by the server's, whichever looks at its clock first.
        if (exception is { StatusCode: StatusCode.DeadlineExceeded, Status.Detail: "" or "Deadline Exceeded" })
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
