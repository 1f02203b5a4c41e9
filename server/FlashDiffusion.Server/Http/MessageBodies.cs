using FlashDiffusion.Server.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>
/// Lifts the limit of bodies for gRPC, which refuses a larger message by its length prefix and reads no further. What carries a message is longer than that:
/// in base64, as gRPC-Web sends it, by a third; and a body that is refused as such gets neither gRPC's code nor the limit.
/// </summary>
internal static class MessageBodies
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (CallAnswer.IsGrpc(context) && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        return next(context);
    }
}
