using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// grpc.health.v1. The framework's keeps a watch until the client ends it, which balancers and gRPC's own client never do; here it ends when the ports
/// are about to close. NOT_SERVING has been said before that: the board says it when the server is told to end, and what waits to be written is written.
/// </summary>
internal sealed class HealthService(DrainDelay drain) : HealthServiceImpl
{
    /// <summary>Bytes of a question: a name. Open to everybody, and an unknown name is kept as long as somebody watches it.</summary>
    public const int MostBytes = 4096;

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, drain.Closing);
        try
        {
            await base.Watch(request, responseStream, new EndingCall(context, ended.Token));
        }
        finally
        {
            // The framework forgets a watch by its token alone, and a write that throws may end it before the call is cancelled.
            await ended.CancelAsync();
        }
    }
}
