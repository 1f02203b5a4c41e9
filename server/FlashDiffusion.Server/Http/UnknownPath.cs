using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Http.OpenApi;
using Grpc.Core;

namespace FlashDiffusion.Server.Http;

/// <summary>Answers what no route does: 405 with the right verb if only that is wrong, else 404 with what there is instead.</summary>
internal static class UnknownPath
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Routes are complete by the first request.
        var known = new Lazy<KnownPaths>(() => new KnownPaths(routes.ServiceProvider.GetRequiredService<EndpointDataSource>().Endpoints));
        routes.MapFallback("{**path}", context => AnswerAsync(context, known.Value));
    }

    private static Task AnswerAsync(HttpContext context, KnownPaths known)
    {
        var role = EndpointRoleFeature.Of(context);
        var (verb, path) = (context.Request.Method, context.Request.Path);
        var verbs = known.VerbsOf(path.Value ?? "", role);
        var isKnown = !verbs.IsEmpty;
        if (isKnown)
        {
            context.Response.Headers.Allow = string.Join(", ", verbs);
        }

        var message = isKnown ? $"{path} takes {string.Join(" and ", verbs)}, not {verb}." : $"There is no {verb} {path} at this port. {Instead(role, path)}";
        var status = isKnown ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound;
        return role == EndpointRole.Metrics ? SayAsync(context.Response, status, message) : Refusal.WriteAsync(
            context,
            new ServerError { Code = isKnown ? StatusCode.Unimplemented : StatusCode.NotFound, Reason = ErrorReasons.Unimplemented, Message = message },
            status);
    }

    // Who looks there has no parser.
    private static Task SayAsync(HttpResponse response, int status, string message)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(message + "\n");
    }

    private static string Instead(EndpointRole role, PathString path) =>
        role == EndpointRole.Metrics ? "It has /metrics, /healthz/live and /healthz/ready; the API is at the ports of gRPC and HTTP (--grpc-port, --http-port)."
        : path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) ? $"{OpenApiRoute.Path} describes what there is."
        : $"It has / (the studio), /v1/... (the API in JSON, described at {OpenApiRoute.Path}), /SERVICE/METHOD (gRPC-Web), /healthz/live and /healthz/ready; gRPC and metrics have ports of their own (--grpc-port, --metrics-port).";
}
