using System.Security.Cryptography;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FlashDiffusion.Server.Tests.Security;

public sealed class IssuerKeysTests
{
    [Fact]
    public async Task AreThere_NotReached_AsksOnceAPauseForAllWhoCall()
    {
        const string address = "https://issuer.example";
        using var key = RSA.Create(2048);
        using var issuer = new DiscoveredIssuer(address, key) { IsThere = false };
        using var http = new HttpClient(issuer);
        var manager = new ConfigurationManager<OpenIdConnectConfiguration>($"{address}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever(http));
        var time = new FakeTimeProvider();
        var keys = new IssuerKeys(Options.Create(new AccessOptions { JwtIssuer = address }), time, NullLogger<IssuerKeys>.Instance);

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => keys.AreThereAsync(manager, TestContext.Current.CancellationToken))), Assert.False);
        var asked = issuer.Asked;
        Assert.False(await keys.AreThereAsync(manager, TestContext.Current.CancellationToken));
        Assert.Equal(asked, issuer.Asked);

        time.Advance(IssuerKeys.Pause);
        Assert.False(await keys.AreThereAsync(manager, TestContext.Current.CancellationToken));
        Assert.Equal(2 * asked, issuer.Asked);

        issuer.IsThere = true;
        time.Advance(IssuerKeys.Pause);
        Assert.True(await keys.AreThereAsync(manager, TestContext.Current.CancellationToken));
        Assert.True(await keys.AreThereAsync(manager, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AreThere_QuestionIsSwallowed_WaitersEndWithTheLimitOrWithTheirCall()
    {
        var time = new FakeTimeProvider();
        using var log = new RecordedLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var keys = new IssuerKeys(Options.Create(new AccessOptions { JwtIssuer = "https://issuer.example" }), time, loggers.CreateLogger<IssuerKeys>());
        var issuer = new SilentIssuer();
        using var gone = new CancellationTokenSource();
        var stays = keys.AreThereAsync(issuer, TestContext.Current.CancellationToken);
        var goes = keys.AreThereAsync(issuer, gone.Token);
        await issuer.Asked;

        await gone.CancelAsync();
        Assert.False(await goes);
        Assert.False(stays.IsCompleted);

        time.Advance(IssuerKeys.Limit);
        Assert.False(await stays);
        Assert.Contains("No answer in 10 s.", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_CallerWentAway_WaitsForNoIssuer()
    {
        var access = Options.Create(new AccessOptions { JwtIssuer = "https://issuer.example", JwtAudience = "pictures" });
        await using var services = new ServiceCollection()
            .AddSingleton(new IssuerKeys(access, new FakeTimeProvider(), NullLogger<IssuerKeys>.Instance))
            .BuildServiceProvider();
        var options = new JwtBearerOptions();
        new JwtSetup(access, services).Configure(CallerSchemes.Jwt, options);
        options.ConfigurationManager = new SilentIssuer();
        var http = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };
        http.Request.Headers.Authorization = "Bearer e30.e30.e30";
        var received = new MessageReceivedContext(http, new AuthenticationScheme(CallerSchemes.Jwt, null, typeof(JwtBearerHandler)), options);

        await options.Events.MessageReceived(received);

        Assert.IsType<IssuerUnreachableException>(received.Result?.Failure);
    }
}
