using FlashDiffusion.Server.Configuration;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>Serves the description.</summary>
internal static class OpenApiRoute
{
    public const string Path = "/openapi.json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // Routes are complete by the first request.
        var services = routes.ServiceProvider;
        var document = new Lazy<string>(() => OpenApiDocument.Of(
            BindingsOf(services.GetRequiredService<EndpointDataSource>().Endpoints),
            new OpenApiSecurity(services.GetRequiredService<IOptions<AccessOptions>>().Value, services.GetRequiredService<IOptions<TlsOptions>>().Value)).ToJsonString());
        routes.MapGet(Path, () => Results.Text(document.Value, "application/json"));
    }

    /// <summary>The bindings of routes that are methods.</summary>
    public static IEnumerable<HttpBinding> BindingsOf(IEnumerable<Endpoint> endpoints) =>
        endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()).OfType<GrpcJsonTranscodingMetadata>()
            .Select(metadata => HttpBinding.Of(metadata.MethodDescriptor, metadata.HttpRule));
}
