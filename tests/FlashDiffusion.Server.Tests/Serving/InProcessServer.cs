using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.Requests;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Server.Tests.Serving;

/// <summary>The whole server with its real ports, over a model without weights instead of a repository.</summary>
internal sealed class InProcessServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServingContext _context;
    private readonly List<GrpcChannel> _channels = [];

    private InProcessServer(WebApplication app, ServingContext context) => (_app, _context) = (app, context);

    public Uri Grpc => AddressOf(0);

    public Uri Http => AddressOf(1);

    public Uri Metrics => AddressOf(2);

    public Uri Admin => AddressOf(3);

    public RecordedLog Logs { get; } = new();

    public IServiceProvider Services => _app.Services;

    /// <summary>Sessions that have not ended.</summary>
    public int ActiveSessions => _context.Engine.ActiveSessions;

    public static Task<InProcessServer> StartAsync(MapperScene? scene = null, params (string Key, string Value)[] settings) => StartAsync(scene, static _ => { }, settings);

    /// <summary>A server of which a test exchanges services.</summary>
    public static async Task<InProcessServer> StartAsync(MapperScene? scene, Action<IServiceCollection> exchange, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Server:GrpcPort"] = "0", ["Server:HttpPort"] = "0", ["Server:MetricsPort"] = "0", ["Admin:Port"] = "0", ["Logging:LogLevel:Default"] = "Trace",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.Logging.ClearProviders();
        var context = (scene ?? new MapperScene()).Context;
        var server = new InProcessServer(ServerHost.Build(builder, Replace + exchange), context);
        server.Services.GetRequiredService<ILoggerFactory>().AddProvider(server.Logs);
        context.Engine.Start();
        await server._app.StartAsync();
        server.Services.GetRequiredService<ServingState>().Publish(context);
        server.Services.GetRequiredService<HealthBoard>().Update();
        return server;
    }

    public V1.ReconstructionService.ReconstructionServiceClient Reconstruction(GrpcChannel? channel = null) => new(channel ?? Channel());

    /// <summary>A connection of its own.</summary>
    /// <param name="authority">Whom it trusts; null for cleartext.</param>
    /// <param name="certificate">Who it is.</param>
    /// <param name="address">Where to; the port of gRPC if null.</param>
    public GrpcChannel Channel(X509Certificate2? authority = null, X509Certificate2? certificate = null, Uri? address = null)
    {
        var handler = new SocketsHttpHandler();
        if (authority is not null)
        {
            handler.SslOptions = Trusting(authority, certificate);
        }

        var channel = GrpcChannel.ForAddress(address ?? Grpc, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Trust in one authority only.</summary>
    public static SslClientAuthenticationOptions Trusting(X509Certificate2 authority, X509Certificate2? certificate = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = certificate is null ? [] : [certificate] };
    }

    /// <summary>Options of a call that must not hang, with a key if there is one.</summary>
    public static CallOptions Call(string? key = null)
    {
        var headers = new Metadata();
        if (key is not null)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        return new CallOptions(headers, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60), TestContext.Current.CancellationToken);
    }

    /// <summary>A request that takes a few steps.</summary>
    public static V1.ReconstructRequest Short()
    {
        var request = MapperScene.Fine();
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 4 };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        return request;
    }

    /// <summary>The result of a reconstruction.</summary>
    public static async Task<V1.Result> ResultAsync(V1.ReconstructionService.ReconstructionServiceClient client, V1.ReconstructRequest request, CallOptions options)
    {
        using var call = client.Reconstruct(request, options);
        V1.Result? result = null;
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            result = answer.Result ?? result;
        }

        return Assert.IsType<V1.Result>(result);
    }

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _context.Engine.DisposeAsync();
    }

    // What loads models and plugins; everything else stays.
    private static void Replace(IServiceCollection services)
    {
        var start = Assert.Single(services, service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(StartupService));
        services.Remove(start);
    }

    private Uri AddressOf(int index) => new(_app.Urls.ElementAt(index));
}
