using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Http;

/// <summary>
/// Lets go of a client that does not read the one answer of its call: it is there as a whole until it is taken, when every place and quota has been
/// given back. Streams have their writers for that, and what is smaller than the server's buffer of a stream, about a page of memory, stays in it.
/// </summary>
internal sealed class UnreadAnswers(IOptions<ServerOptions> options, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<UnreadAnswers> logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        if (method is not { Type: MethodType.Unary } || context.Features.Get<IHttpResponseBodyFeature>() is not { } sent)
        {
            await next(context);
            return;
        }

        var stall = TimeSpan.FromSeconds(options.Value.StallSeconds);
        var stalled = false;
        var paced = new PacedResponse(sent, new PacedBody(sent.Stream, stall, time, () =>
        {
            stalled = true;
            Log.CallStalled(logger, method.FullName, stall.TotalSeconds);
            telemetry.RecordStalled();
            context.LetGo();
        }));
        context.Features.Set<IHttpResponseBodyFeature>(paced);
        try
        {
            await next(context);
            await paced.SendAsync();
        }
        catch (OperationCanceledException) when (stalled)
        {
            // Nobody is left to tell.
        }
        finally
        {
            context.Features.Set(sent);
        }
    }
}
