using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>An issuer as its discovery shows it, or an address at which nobody answers.</summary>
internal sealed class DiscoveredIssuer(string address, RSA key) : HttpMessageHandler
{
    private int _asked;

    /// <summary>Whether it answers.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Questions so far.</summary>
    public int Asked => _asked;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (!IsThere)
        {
            throw new HttpRequestException("No way leads to the issuer.");
        }

        var set = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.ExportParameters(includePrivateParameters: false)));
        var answer = request.RequestUri!.AbsolutePath == "/keys"
            ? $$"""{"keys":[{"kty":"RSA","use":"sig","n":"{{set.N}}","e":"{{set.E}}"}]}"""
            : $$"""{"issuer":"{{address}}","jwks_uri":"{{address}}/keys"}""";
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer, null, "application/json") });
    }
}
