using System.Globalization;
using FlashDiffusion.Server.Telemetry;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FlashDiffusion.Server.Errors;

/// <summary>Turns a fault of the server itself into INTERNAL with a stable reason; the details stay in the log.</summary>
internal sealed class FaultInterceptor(ILogger<FaultInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var response = default(TResponse);
        await RunAsync(context, async () => response = await continuation(request, context));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, responseStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(new ReadableStream<TRequest>(requestStream), responseStream, context));

    private async Task RunAsync(ServerCallContext context, Func<Task> call)
    {
        var answer = new CallAnswer();
        context.GetHttpContext().Features.Set(answer);
        try
        {
            await call();
        }
        catch (Exception exception)
        {
            var explained = exception as RpcException ?? Explain(exception, context);
            answer.Code = explained.StatusCode;
            SayWhenToComeBack(context.GetHttpContext(), explained);
            if (explained == exception)
            {
                throw;
            }

            throw explained;
        }
    }

    // JSON has no trailers; proxies and HTTP clients look at this header.
    private static void SayWhenToComeBack(HttpContext context, RpcException refusal)
    {
        if (!CallAnswer.IsGrpc(context) && !context.Response.HasStarted && refusal.Trailers.GetValue(GrpcStatusMapper.PushbackTrailer) is { } milliseconds)
        {
            var seconds = Math.Ceiling(long.Parse(milliseconds, CultureInfo.InvariantCulture) / 1000.0);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
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
