using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>A stream of requests in which bytes that are no message end the call with the caller's fault, not with one of the handler that reads it.</summary>
internal sealed class ReadableStream<T>(IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
{
    // What the framework says of a length beyond two gigabytes; of a smaller one that is too large it says it as a status.
    private const string BeyondAllLengths = "Message too large";

    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidProtocolBufferException
            || (exception is IOException && exception.Message.StartsWith(BeyondAllLengths, StringComparison.Ordinal))
            || (exception is RpcException { StatusCode: StatusCode.Internal or StatusCode.Unknown } framing && framing.Trailers.Get(ErrorDetails.DetailsName) is null))
        {
            throw GrpcStatusMapper.ToException(new ServerError { Code = StatusCode.InvalidArgument, Reason = ErrorReasons.InvalidRequest, Message = ErrorDetails.Unreadable });
        }
    }
}
