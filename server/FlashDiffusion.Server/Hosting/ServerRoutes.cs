using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Admin;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Security;
using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Server.Services;
using FlashDiffusion.Server.Studio;
using FlashDiffusion.Server.Telemetry;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>What each port answers.</summary>
internal static class ServerRoutes
{
    private static readonly EndpointRoles Calls = new(EndpointRole.Grpc, EndpointRole.Http);
    private static readonly EndpointRoles CallsAndControl = new(EndpointRole.Grpc, EndpointRole.Http, EndpointRole.Admin);

    public static void Map(WebApplication app)
    {
        var rpc = app.Services.GetRequiredService<RpcMetrics>();
        var gate = app.Services.GetRequiredService<AccessGate>();
        var maximumMessageBytes = new Lazy<int>(() => app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.MaximumMessageBytes);
        var hosts = app.Services.GetRequiredService<HostGuard>();
        app.Use((context, next) => hosts.InvokeAsync(context, next));
        app.UseWhen(context => EndpointRoleFeature.Of(context) == EndpointRole.Metrics, branch => branch.UseOpenTelemetryPrometheusScrapingEndpoint());
        BrowserAccess.Use(app);
        app.UseRouting();
        var unread = app.Services.GetRequiredService<UnreadAnswers>();
        app.Use((context, next) => unread.InvokeAsync(context, next));
        var slow = app.Services.GetRequiredService<SlowMessages>();
        app.Use((context, next) => slow.InvokeAsync(context, next));
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseWhen(IsCall, calls =>
        {
            calls.Use((context, next) => rpc.InvokeAsync(context, next));
            calls.Use((context, next) => ErrorDetails.InvokeAsync(context, next, maximumMessageBytes.Value));
            calls.Use((context, next) => JsonCalls.InvokeAsync(context, next, maximumMessageBytes.Value));
            calls.Use((context, next) => gate.InvokeAsync(context, next));
            calls.Use(MessageBodies.InvokeAsync);
        });
        // Its clients load models by the protocol that they infer by. First, since the answer to unknown services comes with the first one, on its ports.
        app.MapGrpcService<InferenceService>().WithMetadata(CallsAndControl);
        app.MapGrpcService<HealthService>().WithMetadata(Calls, new MessageLimit(HealthService.MostBytes));
        app.MapGrpcService<ReconstructionService>().WithMetadata(Calls);
        app.MapGrpcService<CatalogService>().WithMetadata(Calls);
        if (app.Services.GetRequiredService<IOptions<AdminOptions>>().Value.Enabled)
        {
            app.MapGrpcService<AdminService>().WithMetadata(new EndpointRoles(EndpointRole.Admin));
        }

        if (app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.Reflection)
        {
            app.MapGrpcReflectionService().WithMetadata(new EndpointRoles(EndpointRole.Grpc, EndpointRole.Admin));
        }

        MapPages(app.MapGroup("").WithMetadata(new EndpointRoles(EndpointRole.Http)));
        // On the port of metrics too, which stays in cleartext: probes of kubelets have no client certificates.
        var everywhere = app.MapGroup("").WithMetadata(new EndpointRoles(EndpointRole.Http, EndpointRole.Metrics));
        MapHealth(everywhere);
        var state = app.Services.GetRequiredService<ServingState>();
        app.Services.GetRequiredService<FlashDiffusionTelemetry>().ObserveReadiness(() => state.IsReady);
        UnknownPath.Map(everywhere);
    }

    /// <summary>Everything on the ports of gRPC, unknown methods too; on the port of HTTP what is no page.</summary>
    private static bool IsCall(HttpContext context) =>
        EndpointRoleFeature.Of(context) is EndpointRole.Grpc or EndpointRole.Admin || context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null;

    private static void MapPages(IEndpointRouteBuilder routes)
    {
        StudioPage.Map(routes);
        OpenApiRoute.Map(routes);
    }

    private static void MapHealth(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", () => "live\n");
        routes.MapGet("/healthz/ready", (ServingState state) =>
        {
            var why = string.Concat(state.Lacking.Concat(state.Hung.Select(part => part.ToString())).Select(line => $"{line}\n"));
            return state.IsReady
                ? Results.Text("ready\n" + why)
                : Results.Text((state.IsDraining ? "shutting down\n" : state.Context is null ? "starting\n" : "not ready\n") + why, statusCode: StatusCodes.Status503ServiceUnavailable);
        });
    }
}
