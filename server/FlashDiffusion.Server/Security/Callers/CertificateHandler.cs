using System.Text.Encodings.Web;
using FlashDiffusion.Server.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Knows a caller by the certificate that the handshake has checked already.</summary>
internal sealed class CertificateHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IOptions<AccessOptions> access)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (await Context.Connection.GetClientCertificateAsync(Context.RequestAborted) is not { Subject.Length: > 0 } certificate)
        {
            return AuthenticateResult.NoResult();
        }

        var caller = CallerClaims.Of(CallerSchemes.Certificate, certificate.Subject, access.Value.AdminSubjects.Contains(certificate.Subject));
        return AuthenticateResult.Success(new AuthenticationTicket(caller, Scheme.Name));
    }
}
