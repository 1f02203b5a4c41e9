using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>JSON Web Tokens of an issuer whose public key lies in a file.</summary>
public sealed class JwtTests : IAsyncLifetime
{
    private const string Issuer = "https://issuer.example";
    private const string Audience = "flashdiffusion";
    private readonly SecuredFolder _folder = new();
    private readonly RSA _key = RSA.Create(2048);
    private InProcessServer? _server;

    private InProcessServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await InProcessServer.StartAsync(
        null,
        ("Access:JwtIssuer", Issuer), ("Access:JwtAudience", Audience), ("Access:JwtKeysFile", _folder.Write("issuer.pem", _key.ExportSubjectPublicKeyInfoPem())),
        ("Tls:ReloadSeconds", "0.1"), ("Admin:Enabled", "true"));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
        _key.Dispose();
    }

    public static TheoryData<string, Action<SecurityTokenDescriptor>> Bad => new()
    {
        { "expired", token => (token.NotBefore, token.Expires) = (Now(-7200), Now(-3600)) },
        { "not valid yet", token => (token.NotBefore, token.Expires) = (Now(3600), Now(7200)) },
        { "for another audience", token => token.Audience = "another" },
        { "without an audience", token => token.Audience = null },
        { "of another issuer", token => token.Issuer = "https://somebody.example" },
        { "without a subject", token => token.Subject = new ClaimsIdentity() },
        { "signed by another", token => token.SigningCredentials = new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)), SecurityAlgorithms.RsaSha256) },
        { "not signed", token => token.SigningCredentials = null },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public async Task Token_Bad_IsUnauthenticated(string fault, Action<SecurityTokenDescriptor> spoil)
    {
        var descriptor = Good("alice");
        spoil(descriptor);

        Assert.True(await CodeAsync(Sign(descriptor)) == StatusCode.Unauthenticated, fault);
    }

    [Fact]
    public async Task Token_SignedWithThePublicKeyAsASecret_IsUnauthenticated()
    {
        // The classic confusion: the public key, which everybody has, taken for the secret of an HMAC.
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem()));
        var descriptor = Good("alice");
        descriptor.SigningCredentials = new SigningCredentials(secret, SecurityAlgorithms.HmacSha256);

        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(Sign(descriptor)));
    }

    [Fact]
    public async Task Token_Good_NamesItsCaller()
    {
        var (alice, bob) = (Sign(Good("alice")), Sign(Good("bob")));
        var client = Server.Reconstruction();
        var request = InProcessServer.Short();
        request.RequestId = "one";

        await InProcessServer.ResultAsync(client, request, InProcessServer.Call(alice));

        var kept = await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "one" }, InProcessServer.Call(alice));
        Assert.Equal(V1.ReconstructionState.Completed, kept.State);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "one" }, InProcessServer.Call(bob)));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.DoesNotContain(alice, Server.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scope", "openid flashdiffusion.admin", true)]
    [InlineData("roles", "flashdiffusion.admin", true)]
    [InlineData("scope", "openid flashdiffusion.administrator", false)]
    [InlineData("flashdiffusion.right", "admin", false)]
    public async Task Token_Scope_DecidesOverTheRightToAdminister(string claim, string value, bool allowed)
    {
        var descriptor = Good("ops");
        descriptor.Claims = new Dictionary<string, object> { [claim] = value };
        var admin = new V1.AdminService.AdminServiceClient(Server.Channel(address: Server.Admin));

        var code = await CodeAsync(async () => await admin.GetStatisticsAsync(new V1.GetStatisticsRequest(), InProcessServer.Call(Sign(descriptor))));

        Assert.Equal(allowed ? null : StatusCode.PermissionDenied, code);
    }

    [Fact]
    public async Task IssuersKey_Replaced_HoldsWithoutARestart()
    {
        using var next = RSA.Create(2048);
        var descriptor = Good("alice");
        descriptor.SigningCredentials = new SigningCredentials(new RsaSecurityKey(next) { KeyId = "next" }, SecurityAlgorithms.RsaSha256);
        var token = Sign(descriptor);
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(token));

        var set = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(next.ExportParameters(includePrivateParameters: false)) { KeyId = "next" });
        _folder.Write("issuer.pem", $$"""{"keys":[{"kty":"RSA","kid":"next","n":"{{set.N}}","e":"{{set.E}}"}]}""");

        await Eventually.IsAsync(async () => await CodeAsync(token) is null);
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(Sign(Good("alice"))));
    }

    private static DateTime Now(double seconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(seconds);

    private static string Sign(SecurityTokenDescriptor descriptor) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);

    private SecurityTokenDescriptor Good(string subject) => new()
    {
        Issuer = Issuer,
        Audience = Audience,
        NotBefore = Now(-60),
        Expires = Now(600),
        Subject = new ClaimsIdentity([new Claim("sub", subject)]),
        SigningCredentials = new SigningCredentials(new RsaSecurityKey(_key), SecurityAlgorithms.RsaSha256),
    };

    private Task<StatusCode?> CodeAsync(string token) =>
        CodeAsync(async () => await new V1.CatalogService.CatalogServiceClient(Server.Channel()).ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(token)));

    private static async Task<StatusCode?> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
