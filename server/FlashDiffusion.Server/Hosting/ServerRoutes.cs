using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Services;
using FlashDiffusion.Server.Telemetry;
using Grpc.HealthCheck;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>What each port answers.</summary>
internal static class ServerRoutes
{
    public static void Map(WebApplication app)
    {
        var rpc = app.Services.GetRequiredService<RpcMetrics>();
        var maximumMessageBytes = new Lazy<int>(() => app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.MaximumMessageBytes);
        app.MapWhen(context => EndpointRoleFeature.Of(context) == EndpointRole.Metrics, branch => branch.UseOpenTelemetryPrometheusScrapingEndpoint());
        app.MapWhen(context => EndpointRoleFeature.Of(context) == EndpointRole.Http, branch =>
        {
            branch.UseRouting();
            branch.UseEndpoints(MapHttp);
        });
        app.UseRouting();
        app.Use((context, next) => rpc.InvokeAsync(context, next));
        app.Use((context, next) => ErrorDetails.InvokeAsync(context, next, maximumMessageBytes.Value));
        app.MapGrpcService<HealthServiceImpl>();
        app.MapGrpcService<ReconstructionService>();
        app.MapGrpcService<CatalogService>();
    }

    private static void MapHttp(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => "FlashDiffusion: gRPC flashdiffusion.v1 on its own port; here /healthz/live and /healthz/ready.\n");
        routes.MapGet("/healthz/live", () => "live\n");
        routes.MapGet("/healthz/ready", (ServingState state) => state.IsReady
            ? Results.Text("ready\n")
            : Results.Text(state.IsDraining ? "shutting down\n" : "starting\n", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
