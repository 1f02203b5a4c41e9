using System.Text.Encodings.Web;
using FlashDiffusion.Server.Security.Files;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Knows a caller by the key in <c>authorization: Bearer KEY</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Rotating<ApiKeys> keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        CallerSchemes.TokenOf(Request) is not { } token ? AuthenticateResult.NoResult()
        : keys.Current.Find(token) is not { } key ? AuthenticateResult.Fail("The key is unknown.")
        : AuthenticateResult.Success(new AuthenticationTicket(CallerClaims.Of(CallerSchemes.ApiKey, key.Name, key.IsAdmin), Scheme.Name)));
}
