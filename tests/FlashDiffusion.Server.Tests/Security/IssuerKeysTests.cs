using System.Security.Cryptography;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Callers;
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

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => keys.AreThereAsync(manager))), Assert.False);
        var asked = issuer.Asked;
        Assert.False(await keys.AreThereAsync(manager));
        Assert.Equal(asked, issuer.Asked);

        time.Advance(IssuerKeys.Pause);
        Assert.False(await keys.AreThereAsync(manager));
        Assert.Equal(2 * asked, issuer.Asked);

        issuer.IsThere = true;
        time.Advance(IssuerKeys.Pause);
        Assert.True(await keys.AreThereAsync(manager));
        Assert.True(await keys.AreThereAsync(manager));
    }
}
