using System.Net;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Security.Files;
using FlashDiffusion.Server.Security.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>The ports of the server; that of the admin service only where it is enabled.</summary>
internal sealed class ListenConfiguration(IOptions<ServerOptions> options, IOptions<AdminOptions> admin, IServiceProvider services, VanishedClients vanished, ILogger<ListenConfiguration> logger) : IConfigureOptions<KestrelServerOptions>
{
    private const int UploadWindow = 4 * 1024 * 1024;
    private const int MessageOverhead = 64 * 1024;

    public void Configure(KestrelServerOptions kestrel)
    {
        var server = options.Value;
        kestrel.AddServerHeader = false;
        // For what neither gRPC nor JSON lift to bound it themselves: pages, and bodies of calls that are refused before they are read.
        kestrel.Limits.MaxRequestBodySize = server.MaximumMessageBytes + MessageOverhead;
        // Half-open clients would hold their place on the device for ever.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        // A reader that is slow is the business of who writes (EventWriter, UnreadAnswers), who says so and cancels; this would reset the connection after 5 s.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = SlowMessages.Least(kestrel.Limits.Http2);
        kestrel.Limits.Http2.InitialStreamWindowSize = UploadWindow;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 2 * UploadWindow;
        // Without a certificate there is none, and everything is in cleartext.
        var identity = services.GetService<Rotating<TlsIdentity>>();
        Listen(kestrel, server, server.GrpcPort, EndpointRole.Grpc, HttpProtocols.Http2, identity);
        Listen(kestrel, server, server.HttpPort, EndpointRole.Http, HttpProtocols.Http1, identity);
        Listen(kestrel, server, server.MetricsPort, EndpointRole.Metrics, HttpProtocols.Http1, null);
        if (admin.Value.Enabled)
        {
            Listen(kestrel, server, admin.Value.Port, EndpointRole.Admin, HttpProtocols.Http2, identity);
        }
    }

    private void Listen(KestrelServerOptions kestrel, ServerOptions server, int port, EndpointRole role, HttpProtocols protocols, Rotating<TlsIdentity>? identity)
    {
        switch (server.Listen)
        {
            case ListenAddress.AnyWord:
                kestrel.ListenAnyIP(port, Configure);
                break;
            case ListenAddress.LoopbackWord when port != 0:
                kestrel.ListenLocalhost(port, Configure);
                break;
            case ListenAddress.LoopbackWord:
                kestrel.Listen(IPAddress.Loopback, port, Configure);
                break;
            default:
                kestrel.Listen(IPAddress.Parse(server.Listen), port, Configure);
                break;
        }

        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (identity is not null)
            {
                // Asked for every connection, so that a certificate that has changed is shown from then on.
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = connection => ValueTask.FromResult(identity.Current.Options(
                    why => Log.HandshakeRefused(logger, role, (connection.Connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "", why))) });
            }

            var feature = new EndpointRoleFeature(role);
            listen.Use(next => connection =>
            {
                connection.Features.Set(feature);
                return role == EndpointRole.Http ? vanished.WatchAsync(connection, next) : next(connection);
            });
        }
    }
}
