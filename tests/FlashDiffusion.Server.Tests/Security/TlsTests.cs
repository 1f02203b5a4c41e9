using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Security.Transport;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Certificates;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FlashDiffusion.Server.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly SecuredFolder _folder = new();

    [Fact]
    public async Task Call_OverTls_WorksAndCleartextDoesNot()
    {
        await using var server = await StartAsync();

        var models = await ModelsAsync(server, _authority.Certificate);
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = InProcessServer.Trusting(_authority.Certificate) });
        var ready = await http.GetStringAsync(new Uri(server.Http, "/healthz/ready"), TestContext.Current.CancellationToken);

        Assert.Equal("fake", models.DefaultModel);
        Assert.Equal("ready\n", ready);
        Assert.Equal("https", server.Grpc.Scheme);
        var cleartext = server.Channel(address: new UriBuilder(server.Grpc) { Scheme = "http" }.Uri);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new V1.CatalogService.CatalogServiceClient(cleartext).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call()));
        // Which one depends on when the client notices that it hears TLS.
        Assert.True(refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal, refusal.ToString());
    }

    [Fact]
    public async Task Certificate_Replaced_IsShownWithoutARestartAndStreamsGoOn()
    {
        await using var server = await StartAsync();
        var channel = server.Channel(_authority.Certificate);
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new Grpc.Health.V1.HealthCheckRequest(), InProcessServer.Call());
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var before = await ShownAsync(server);

        var next = _authority.Server();
        next.Write(_folder.PathOf("server.pem"), _folder.PathOf("server.key"));

        await Eventually.IsAsync(async () => await ShownAsync(server) == next.Thumbprint);
        Assert.NotEqual(before, next.Thumbprint);
        ((ServingState)server.Services.GetService(typeof(ServingState))!).Drain();
        ((HealthBoard)server.Services.GetService(typeof(HealthBoard))!).Update();
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Certificate_ReplacedByAnUnusableOne_StaysAndTheLogSaysWhy()
    {
        await using var server = await StartAsync();
        var before = await ShownAsync(server);

        _folder.Write("server.pem", _authority.Server().Pem);
        await Eventually.IsAsync(() => server.Logs.Text.Contains("can't be used, what was there before stays", StringComparison.Ordinal));

        Assert.Equal(before, await ShownAsync(server));
        Assert.DoesNotContain("PRIVATE KEY", server.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ReplacedByOneThatHasEnded_StaysUntilItHasEndedToo()
    {
        await using var server = await StartAsync();
        var before = await ShownAsync(server);

        _authority.Server(left: TimeSpan.FromMinutes(-1)).Write(_folder.PathOf("server.pem"), _folder.PathOf("server.key"));
        await Eventually.IsAsync(() => server.Logs.Text.Contains("what was there before stays: the new certificate ended at", StringComparison.Ordinal));

        Assert.Equal(before, await ShownAsync(server));
    }

    [Theory]
    [InlineData(-1, "Error: The TLS certificate ended at")]
    [InlineData(4, "Warning: The TLS certificate ends in 0 h")]
    [InlineData(600, null)]
    public async Task Certificate_NearItsEnd_IsSaidAtTheStart(int minutes, string? said)
    {
        _authority.Server(left: TimeSpan.FromMinutes(minutes)).Write(_folder.PathOf("server.pem"), _folder.PathOf("server.key"));
        await using var server = await InProcessServer.StartAsync(null, ("Tls:Certificate", _folder.PathOf("server.pem")), ("Tls:Key", _folder.PathOf("server.key")));

        if (said is null)
        {
            ((CertificateWatch)server.Services.GetServices<IHostedService>().Single(service => service is CertificateWatch)).Look();
            Assert.DoesNotContain("The TLS certificate end", server.Logs.Text, StringComparison.Ordinal);
            using var http = new HttpClient();
            var metrics = await http.GetStringAsync(new Uri(server.Metrics, "/metrics"), TestContext.Current.CancellationToken);
            Assert.Matches(@"(?m)^flashdiffusion_tls_certificate_begin_seconds\S* \d{10}", metrics);
            Assert.Matches(@"(?m)^flashdiffusion_tls_certificate_end_seconds\S* \d{10}", metrics);
        }
        else
        {
            await Eventually.IsAsync(() => server.Logs.Text.Contains(said, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task MutualTls_LetsInTheClientsOfItsAuthorityOnly()
    {
        await using var server = await StartAsync(("Tls:ClientAuthorities", _folder.Write("clients.pem", _authority.Pem)), ("Admin:Enabled", "true"), ("Access:AdminSubjects:0", "CN=ops"));
        using var stranger = new TestAuthority("CN=Somebody else");
        using var alice = _authority.Client("CN=alice").Load();
        using var ops = _authority.Client("CN=ops").Load();
        using var foreign = stranger.Client("CN=alice").Load();
        using var notForClients = _authority.Server("CN=alice").Load();

        Assert.Equal("fake", (await ModelsAsync(server, _authority.Certificate, alice)).DefaultModel);
        foreach (var certificate in new[] { null, foreign, notForClients })
        {
            await Assert.ThrowsAsync<RpcException>(() => ModelsAsync(server, _authority.Certificate, certificate));
        }

        // They only see that the connection ends; the log says whom it turned away and why.
        foreach (var why in (string[])["(no certificate shown)", "(PartialChain: CN=alice, signed by CN=Somebody else)", "(NotValidForUsage: CN=alice, signed by "])
        {
            await Eventually.IsAsync(() => server.Logs.Text.Contains($"A connection to the Grpc port from 127.0.0.1 was refused: its client certificate lets nobody in {why}", StringComparison.Ordinal));
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => StatisticsAsync(server, alice));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.False((await StatisticsAsync(server, ops)).Draining);
        // Probes have no certificate.
        using var http = new HttpClient();
        Assert.Equal("ready\n", await http.GetStringAsync(new Uri(server.Metrics, "/healthz/ready"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ClientAuthorities_Replaced_LetInTheNewClientsOnlyWithoutARestart()
    {
        await using var server = await StartAsync(("Tls:ClientAuthorities", _folder.Write("clients.pem", _authority.Pem)));
        using var next = new TestAuthority("CN=Next authority");
        using var before = _authority.Client("CN=alice").Load();
        using var after = next.Client("CN=alice").Load();
        Assert.Equal("fake", (await ModelsAsync(server, _authority.Certificate, before)).DefaultModel);
        await Assert.ThrowsAsync<RpcException>(() => ModelsAsync(server, _authority.Certificate, after));

        _folder.Write("clients.pem", next.Pem);
        await Eventually.IsAsync(() => server.Logs.Text.Contains("have changed and are in use", StringComparison.Ordinal));

        Assert.Equal("fake", (await ModelsAsync(server, _authority.Certificate, after)).DefaultModel);
        await Assert.ThrowsAsync<RpcException>(() => ModelsAsync(server, _authority.Certificate, before));
    }

    [Theory]
    [InlineData("nowhere.pem", "server.key", "Tls:Certificate '")]
    [InlineData("nowhere.pem", "server.key", "there is no such file")]
    [InlineData("server.pem", "nowhere.key", "Tls:Key '")]
    [InlineData("server.pem", "", "need each other")]
    [InlineData("server.key", "server.key", "must be a certificate")]
    public void Errors_OfTheFiles_AreSaidBeforeTheStart(string certificate, string key, string said)
    {
        _authority.Server().Write(_folder.PathOf("server.pem"), _folder.PathOf("server.key"));
        var options = new Server.Configuration.TlsOptions { Certificate = _folder.PathOf(certificate), Key = key.Length == 0 ? "" : _folder.PathOf(key) };

        var result = new Server.Configuration.TlsOptionsValidator().Validate(null, options);

        Assert.Contains(said, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", result.FailureMessage, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task<InProcessServer> StartAsync(params (string Key, string Value)[] settings)
    {
        _authority.Server().Write(_folder.PathOf("server.pem"), _folder.PathOf("server.key"));
        return await InProcessServer.StartAsync(
            null, [("Tls:Certificate", _folder.PathOf("server.pem")), ("Tls:Key", _folder.PathOf("server.key")), ("Tls:ReloadSeconds", "0.1"), .. settings]);
    }

    private static async Task<V1.ListModelsResponse> ModelsAsync(InProcessServer server, X509Certificate2 authority, X509Certificate2? certificate = null) =>
        await new V1.CatalogService.CatalogServiceClient(server.Channel(authority, certificate)).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call());

    private async Task<V1.GetStatisticsResponse> StatisticsAsync(InProcessServer server, X509Certificate2 certificate) =>
        await new V1.AdminService.AdminServiceClient(server.Channel(_authority.Certificate, certificate, server.Admin)).GetStatisticsAsync(new V1.GetStatisticsRequest(), InProcessServer.Call());

    // What a new connection sees.
    private async Task<string> ShownAsync(InProcessServer server)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Grpc.Host, server.Grpc.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        var options = InProcessServer.Trusting(_authority.Certificate);
        options.TargetHost = "localhost";
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
