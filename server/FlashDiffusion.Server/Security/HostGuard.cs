using System.Net;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security;

/// <summary>
/// Where only this machine can connect, a page from anywhere still may: once it is loaded, its name can be given this machine's address (DNS
/// rebinding), and the browser takes the server for the page's own origin. The page's name stays in the Host header, so that must be this
/// machine's, an address, or a name of the options. The ports of gRPC need no guard: no browser speaks HTTP/2 in cleartext, and over TLS the
/// certificate has no such name.
/// </summary>
internal sealed class HostGuard(IOptions<ServerOptions> server, IOptions<HttpOptions> http)
{
    private readonly bool _isOn = ListenAddress.IsLoopback(server.Value.Listen);

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        !_isOn || EndpointRoleFeature.Of(context) is EndpointRole.Grpc or EndpointRole.Admin || IsOwn(context.Request.Host.Host)
            ? next(context)
            : Refusal.WriteAsync(context, new ServerError
            {
                Code = StatusCode.PermissionDenied,
                Reason = ErrorReasons.HostRefused,
                Message = "This server is for its own machine only, and answers to localhost and to addresses: any other name could be a page's that had it point here. Call it by localhost, or name the host in Http:AllowedHosts.",
            });

    // Without a name it is no browser.
    private bool IsOwn(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out _)
        || http.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
