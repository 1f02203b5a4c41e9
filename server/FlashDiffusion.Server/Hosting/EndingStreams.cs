using FlashDiffusion.Server.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Ends the streams of the framework's own services when the ports are about to close: reflection waits for the client's next question, and tools keep its
/// stream as long as they run, to the end of the grace.
/// </summary>
internal sealed class EndingStreams(DrainDelay drain) : Interceptor
{
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, drain.Closing);
        try
        {
            await continuation(new EndingRequests<TRequest>(requestStream, ended.Token), responseStream, context);
        }
        catch (OperationCanceledException) when (drain.Closing.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw GrpcStatusMapper.ToException(EngineErrors.ShuttingDown);
        }
    }
}
