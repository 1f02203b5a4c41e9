using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.Requests;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Refuses what came as JSON with names that its message does not have, as ProtoJSON asks for, or in a query that nobody reads, before anything is begun.</summary>
internal sealed class NameInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context.GetHttpContext());
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context.GetHttpContext());
        return continuation(request, responseStream, context);
    }

    // A body that is none was read in gRPC's own form.
    private static void Check(HttpContext context)
    {
        if (context.Features.Get<BodySkeleton>() is { } body
            && context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { } method
            && Find(HttpBinding.Of(method.MethodDescriptor, method.HttpRule), body, context.Request.Query) is { } error)
        {
            RefusedRequests.CountUnreadable(context);
            throw GrpcStatusMapper.ToException(error);
        }
    }

    private static ServerError? Find(HttpBinding binding, BodySkeleton body, IQueryCollection query)
    {
        if (binding.HasBody && body.IsGivenUp)
        {
            return UnknownNames.TooMuch(binding.Method.InputType);
        }

        var problems = new RequestProblems();
        if (binding.HasBody)
        {
            UnknownNames.Find(body, binding.Method.InputType, problems);
        }

        QueryNames.Find(query, binding, problems);
        return problems.Any ? problems.ToError() : null;
    }
}
