using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FlashDiffusion.Server.Errors;

/// <summary>Turns a fault of the server itself into INTERNAL with a stable reason; the details stay in the log.</summary>
internal sealed class FaultInterceptor(ILogger<FaultInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Explain(exception, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Explain(exception, context);
        }
    }

    private RpcException Explain(Exception exception, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested)
        {
            return GrpcStatusMapper.ToException(new ServerError { Code = StatusCode.Cancelled, Reason = ErrorReasons.Cancelled, Message = "The client cancelled the call." });
        }

        Log.Fault(logger, context.Method, exception);
        return GrpcStatusMapper.ToException(new ServerError
        {
            Code = StatusCode.Internal,
            Reason = ErrorReasons.InternalFault,
            Message = "The server failed at this request; its log says why.",
        });
    }
}
