using Grpc.Core;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>How a handler answered: a JSON response carries no gRPC status. Set when the handler begins.</summary>
internal sealed class CallAnswer
{
    /// <summary>The status so far.</summary>
    public StatusCode Code { get; set; } = StatusCode.OK;

    /// <summary>Whether the request came as gRPC or gRPC-Web; otherwise as JSON.</summary>
    public static bool IsGrpc(HttpContext context) => context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
