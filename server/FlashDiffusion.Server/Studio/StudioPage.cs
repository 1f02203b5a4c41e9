using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.StaticFiles;

namespace FlashDiffusion.Server.Studio;

/// <summary>
/// The page where people see it work, served by the server itself from what is built into it: no outside network, a content security
/// policy that allows this server's own files only. It calls the HTTP twin as any other client would.
/// </summary>
internal static class StudioPage
{
    private const string Prefix = "studio/";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Assembly Home = typeof(StudioPage).Assembly;
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => SendAsync(context, "index.html"));
        foreach (var name in Home.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            routes.MapGet("/" + name, context => SendAsync(context, name[Prefix.Length..]));
        }

        routes.MapGet("/studio/photograph.png", (int? side) => BuiltInSquares.Find(side ?? BuiltInSquares.DefaultSide) is { } file
            ? Results.Bytes(file, "image/png")
            : Results.Problem($"side is one of {string.Join(", ", BuiltInSquares.Sides)} pixels, but was {side}.", statusCode: StatusCodes.Status400BadRequest));
        routes.MapGet("/studio/server.json", (IServer server) =>
        {
            var grpc = GrpcAddress(server);
            return Results.Json(new { grpcScheme = grpc?.Scheme, grpcPort = grpc?.Port });
        });
    }

    /// <summary>Where gRPC is, for the calls that the page shows: the first address that the server listens on.</summary>
    private static BindingAddress? GrpcAddress(IServer server) => server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse).FirstOrDefault();

    private static async Task SendAsync(HttpContext context, string name)
    {
        await using var file = Home.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"The page's file {name} is missing from this build.");
        var response = context.Response;
        response.ContentType = ContentTypes.TryGetContentType(name, out var type) ? type : "application/octet-stream";
        response.ContentLength = file.Length;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
        await file.CopyToAsync(response.Body, context.RequestAborted);
    }
}
