using FlashDiffusion.Server.Configuration;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Http;

/// <summary>
/// Bounds how slowly a message of a stream of requests may come, by the rate that the web server asks of the one message of other calls: for streams, which may rest between
/// two, the framework lifts that. Who only pauses has as long as one who does not read, since others' requests may be on the stream.
/// </summary>
internal sealed class SlowMessages(IOptions<KestrelServerOptions> kestrel, IOptions<ServerOptions> options, TimeProvider time, ILogger<SlowMessages> logger)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        if (method is { Type: MethodType.DuplexStreaming or MethodType.ClientStreaming } && kestrel.Value.Limits.MinRequestBodyDataRate is { } least)
        {
            var within = TimeSpan.FromSeconds(options.Value.StallSeconds);
            var body = new PacedMessages(context.Request.BodyReader, least.BytesPerSecond * within.TotalSeconds, within, time, () =>
            {
                Log.MessageTooSlow(logger, method.FullName);
                context.Abort();
            });
            context.Features.Set<IRequestBodyPipeFeature>(new PacedRequest(body));
        }

        return next(context);
    }
}
