using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>The status of a gRPC call as its response carries it: in trailers, or in headers if nothing else was sent; of JSON as its handler said.</summary>
internal static class GrpcAnswer
{
    private const string StatusName = "grpc-status";

    /// <summary>Where the status of a finished call lies; null if the call was aborted.</summary>
    public static IHeaderDictionary? StatusOf(HttpContext context, out StatusCode code)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var place = trailers?.ContainsKey(StatusName) == true ? trailers : context.Response.Headers.ContainsKey(StatusName) ? context.Response.Headers : null;
        code = place is not null && int.TryParse(place[StatusName], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (StatusCode)number
            : CallAnswer.IsGrpc(context) ? StatusCode.Cancelled : OfJson(context);
        return place;
    }

    private static StatusCode OfJson(HttpContext context) => context.RequestAborted.IsCancellationRequested
        ? StatusCode.Cancelled
        : context.Features.Get<CallAnswer>()?.Code ?? StatusCode.InvalidArgument;
}
