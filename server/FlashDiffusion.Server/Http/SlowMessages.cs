using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
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
    private const double LeastRate = 240;
    private const int LongestRecord = 16 * 1024;

    /// <summary>
    /// The rate that is asked of every message, and after which time. Frames of HTTP/2 and records of TLS come in as a whole or not at all, so that what is seen is behind what
    /// was sent by both of them. After this time that is the half of what came at twice the rate: whoever sends so fast is never taken for slow.
    /// </summary>
    public static MinDataRate Least(Http2Limits frames) => new(LeastRate, TimeSpan.FromSeconds(Math.Ceiling((frames.MaxFrameSize + LongestRecord) / LeastRate)));

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        if (method is { Type: MethodType.DuplexStreaming or MethodType.ClientStreaming } && kestrel.Value.Limits.MinRequestBodyDataRate is { } least)
        {
            var within = TimeSpan.FromSeconds(Math.Max(options.Value.StallSeconds, least.GracePeriod.TotalSeconds));
            var bytes = least.BytesPerSecond * within.TotalSeconds;
            var body = new PacedMessages(context.Request.BodyReader, bytes, within, time, () =>
            {
                Log.MessageTooSlow(logger, method.FullName);
                return GrpcStatusMapper.ToException(EngineErrors.TooSlow(bytes, within));
            });
            context.Features.Set<IRequestBodyPipeFeature>(new PacedRequest(body));
        }

        return next(context);
    }
}
