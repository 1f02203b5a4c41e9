using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using FlashDiffusion.Server.Tests.Serving;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>JSON Web Tokens of an issuer that is asked for its keys.</summary>
public sealed class JwtIssuerTests : IAsyncDisposable
{
    private const string Issuer = "https://issuer.example";
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _another = RSA.Create(2048);
    private readonly DiscoveredIssuer _issuer;

    public JwtIssuerTests() => _issuer = new DiscoveredIssuer(Issuer, _key);

    [Fact]
    public async Task Token_OfTheIssuer_IsGoodAlsoWhenTheIssuerIsGone()
    {
        await using var server = await StartAsync();

        Assert.Null(await RefusalAsync(server, Token(_key)));
        Assert.Equal(StatusCode.Unauthenticated, (await RefusalAsync(server, Token(_another)))?.StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, (await RefusalAsync(server, "no.web.token"))?.StatusCode);

        _issuer.IsThere = false;
        Assert.Null(await RefusalAsync(server, Token(_key)));
        Assert.Equal(StatusCode.Unauthenticated, (await RefusalAsync(server, Token(_another)))?.StatusCode);
    }

    [Fact]
    public async Task Issuer_NotReached_IsUnavailableAndSaidOnceUntilItIs()
    {
        _issuer.IsThere = false;
        await using var server = await StartAsync();

        foreach (var _ in Enumerable.Range(0, 3))
        {
            var refusal = await RefusalAsync(server, Token(_key));
            Assert.Equal((StatusCode.Unavailable, "ISSUER_UNREACHABLE"), (refusal!.StatusCode, refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
            Assert.Equal("2000", refusal.Trailers.GetValue("grpc-retry-pushback-ms"));
            Assert.Equal(2, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
        }

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token(_key));
        using var answer = await http.GetAsync(new Uri(server.Http, "/v1/models"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(StatusCode.Unauthenticated, (await RefusalAsync(server, "no token at all"))?.StatusCode);
        var line = Assert.Single(server.Logs.Text.Split('\n'), line => line.StartsWith("Error:", StringComparison.Ordinal));
        Assert.Contains(Issuer, line, StringComparison.Ordinal);
        Assert.Contains("No way leads to the issuer.", line, StringComparison.Ordinal);

        _issuer.IsThere = true;
        await Eventually.IsAsync(async () => await RefusalAsync(server, Token(_key)) is null);
        Assert.Contains($"{Issuer} has told its keys", server.Logs.Text, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _issuer.Dispose();
        _key.Dispose();
        _another.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Token(RSA key)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "flashdiffusion",
            NotBefore = now.AddSeconds(-60),
            Expires = now.AddSeconds(600),
            Subject = new ClaimsIdentity([new Claim("sub", "alice")]),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key), SecurityAlgorithms.RsaSha256),
        });
    }

    private static async Task<RpcException?> RefusalAsync(InProcessServer server, string token)
    {
        try
        {
            await new V1.CatalogService.CatalogServiceClient(server.Channel()).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(token));
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }

    private Task<InProcessServer> StartAsync() => InProcessServer.StartAsync(
        null,
        services => services.Configure<JwtBearerOptions>("jwt", options => options.BackchannelHttpHandler = _issuer),
        ("Access:JwtIssuer", Issuer), ("Access:JwtAudience", "flashdiffusion"));
}
