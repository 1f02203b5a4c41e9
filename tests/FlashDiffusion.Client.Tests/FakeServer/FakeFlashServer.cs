using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>A gRPC server in this process, on a free port, that answers with what a test gives it.</summary>
internal sealed class FakeFlashServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeFlashServer(WebApplication application, FakeReconstruction reconstruction, FakeCatalog catalog) =>
        (_application, Reconstruction, Catalog) = (application, reconstruction, catalog);

    public FakeReconstruction Reconstruction { get; }

    public FakeCatalog Catalog { get; }

    public string Address => _application.Services.GetRequiredService<IServer>().Features
        .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    /// <param name="certificate">Serves https with it, and asks clients for theirs; null serves cleartext.</param>
    /// <param name="protocols">What it speaks; gRPC needs HTTP/2.</param>
    public static async Task<FakeFlashServer> StartAsync(X509Certificate2? certificate = null, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var (reconstruction, catalog) = (new FakeReconstruction(), new FakeCatalog());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate, https =>
                    {
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == certificate.Thumbprint;
                    });
                }
            }));
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 64 * 1024 * 1024);
        builder.Services.AddSingleton(reconstruction);
        builder.Services.AddSingleton(catalog);
        var application = builder.Build();
        application.MapGrpcService<FakeReconstruction>();
        application.MapGrpcService<FakeCatalog>();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new FakeFlashServer(application, reconstruction, catalog);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(TestContext.Current.CancellationToken);
        await _application.DisposeAsync();
    }
}
