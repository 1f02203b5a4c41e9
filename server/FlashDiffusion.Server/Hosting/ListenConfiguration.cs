using System.Net;
using FlashDiffusion.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>The ports of the server; that of the admin service only where it is enabled.</summary>
internal sealed class ListenConfiguration(IOptions<ServerOptions> options, IOptions<AdminOptions> admin) : IConfigureOptions<KestrelServerOptions>
{
    private const int UploadWindow = 4 * 1024 * 1024;
    private const int MessageOverhead = 64 * 1024;

    public void Configure(KestrelServerOptions kestrel)
    {
        var server = options.Value;
        kestrel.AddServerHeader = false;
        // gRPC refuses a larger message by its length prefix; this bounds what is no gRPC.
        kestrel.Limits.MaxRequestBodySize = server.MaximumMessageBytes + MessageOverhead;
        // Half-open clients would hold their place on the device for ever.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        // A reader that is slow is the event writer's business, which says so and cancels; this would reset the connection after 5 s.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = UploadWindow;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 2 * UploadWindow;
        Listen(kestrel, server, server.GrpcPort, EndpointRole.Grpc, HttpProtocols.Http2);
        Listen(kestrel, server, server.HttpPort, EndpointRole.Http, HttpProtocols.Http1);
        Listen(kestrel, server, server.MetricsPort, EndpointRole.Metrics, HttpProtocols.Http1);
        if (admin.Value.Enabled)
        {
            Listen(kestrel, server, admin.Value.Port, EndpointRole.Admin, HttpProtocols.Http2);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions server, int port, EndpointRole role, HttpProtocols protocols)
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
            var feature = new EndpointRoleFeature(role);
            listen.Use(next => connection =>
            {
                connection.Features.Set(feature);
                return next(connection);
            });
        }
    }
}
