using System.Net.Mime;
using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.Faults;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>What JSON calls need around the framework: the size limit of gRPC, and refusals of the framework itself with ErrorInfo.</summary>
internal static class JsonCalls
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor)));

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next, int maximumMessageBytes)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>();
        if (CallAnswer.IsGrpc(context) || context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
        {
            await next(context);
            return;
        }

        if (!JsonContent.TakesUtf8(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, ErrorDetails.Describe(StatusCode.InvalidArgument, JsonContent.NoUtf8, maximumMessageBytes));
            return;
        }

        PathNames.Decode(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        var request = new LimitedBody(context.Request.Body, context.Request.ContentLength, maximumMessageBytes);
        context.Request.Body = request;
        context.Features.Set(request.Seen);
        var sent = context.Response.Body;
        var body = new RefusalBody(sent, () => context.Response.StatusCode >= StatusCodes.Status400BadRequest && context.Features.Get<CallAnswer>() is null);
        context.Response.Body = body;
        await next(context);
        await context.Response.BodyWriter.FlushAsync();
        context.Response.Body = sent;
        if (body.Refusal is { } refusal)
        {
            // In HTTP's own words where it has better ones than the framework's: what is too large, or no JSON, will be so again.
            var (status, error) = request.IsExceeded ? (StatusCodes.Status413PayloadTooLarge, ErrorDetails.Describe(StatusCode.ResourceExhausted, $"The body is larger than {maximumMessageBytes} bytes.", maximumMessageBytes))
                : !JsonContent.WasNoJson(context) ? (context.Response.StatusCode, Explain(context, method, request.Seen, refusal, maximumMessageBytes))
                : (StatusCodes.Status415UnsupportedMediaType, ErrorDetails.Describe(StatusCode.InvalidArgument, JsonContent.NoJson, maximumMessageBytes));
            await RefuseAsync(context, status, error);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, ServerError error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = null;
        context.Response.ContentType ??= MediaTypeNames.Application.Json;
        context.Features.Set(new CallAnswer { Code = error.Code });
        return context.Response.WriteAsync(Formatter.Format(GrpcStatusMapper.ToStatus(error)));
    }

    private static ServerError Explain(HttpContext context, GrpcJsonTranscodingMetadata? method, BodySkeleton seen, ReadOnlyMemory<byte> refusal, int maximumMessageBytes)
    {
        var code = CodeOf(refusal, out var said);
        if (code != StatusCode.InvalidArgument || method is null)
        {
            return ErrorDetails.Describe(code, said, maximumMessageBytes);
        }

        RefusedRequests.CountUnreadable(context);
        return RequestFaults.Of(HttpBinding.Of(method.MethodDescriptor, method.HttpRule), seen, context.Request.Query);
    }

    private static StatusCode CodeOf(ReadOnlyMemory<byte> refusal, out string message)
    {
        using var status = JsonDocument.Parse(refusal);
        message = status.RootElement.GetProperty("message").GetString() ?? "";
        return (StatusCode)status.RootElement.GetProperty("code").GetInt32();
    }
}
