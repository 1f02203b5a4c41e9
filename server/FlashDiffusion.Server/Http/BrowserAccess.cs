using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FlashDiffusion.Server.Http;

/// <summary>Lets scripts of the configured origins call the HTTP port, and read what answers say in headers: how gRPC-Web ended, when to come again, what credentials are asked for.</summary>
internal sealed class BrowserAccess(IOptions<HttpOptions> http) : IConfigureOptions<CorsOptions>
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    public void Configure(CorsOptions options) => options.AddDefaultPolicy(policy =>
    {
        _ = http.Value.AllowedOrigins.Contains(HttpOptions.AnyOrigin) ? policy.AllowAnyOrigin() : policy.WithOrigins([.. http.Value.AllowedOrigins]);
        policy.WithMethods(HttpMethods.Get, HttpMethods.Post)
            .AllowAnyHeader()
            .WithExposedHeaders("grpc-status", "grpc-message", "grpc-status-details-bin", GrpcStatusMapper.PushbackTrailer, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate)
            .SetPreflightMaxAge(PreflightAge);
    });

    /// <summary>Before routing, since a preflight has no route.</summary>
    public static void Use(IApplicationBuilder app) =>
        app.UseWhen(context => EndpointRoleFeature.Of(context) == EndpointRole.Http, branch => branch.UseCors());
}
