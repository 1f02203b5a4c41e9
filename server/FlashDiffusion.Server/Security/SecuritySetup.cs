using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Server.Security.Files;
using FlashDiffusion.Server.Security.Quotas;
using FlashDiffusion.Server.Security.Transport;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security;

/// <summary>TLS, callers and quotas, each as far as it is configured.</summary>
internal static class SecuritySetup
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        var access = configuration.GetSection(AccessOptions.Section).Get<AccessOptions>() ?? new AccessOptions();
        var tls = configuration.GetSection(TlsOptions.Section).Get<TlsOptions>() ?? new TlsOptions();
        if (tls.Certificate.Length > 0)
        {
            RotatingFiles.Add(services, "TLS certificate", TlsFiles.PathsOf(tls), (out string problem) => TlsFiles.Read(tls, out problem), CertificateWatch.ObjectionOf);
            services.AddHostedService<CertificateWatch>();
        }

        var authentication = services.AddAuthentication();
        if (access.KeysFile.Length > 0)
        {
            RotatingFiles.Add(services, "API keys", [access.KeysFile], (out string problem) => FileContent.Read(access.KeysFile, ApiKeys.Parse, out problem));
            authentication.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(CallerSchemes.ApiKey, null);
        }

        if (access.JwtIssuer.Length > 0)
        {
            if (access.JwtKeysFile.Length > 0)
            {
                RotatingFiles.Add(services, "keys of the JWT issuer", [access.JwtKeysFile], (out string problem) => FileContent.Read(access.JwtKeysFile, JwtKeys.Parse, out problem));
            }

            services.AddSingleton<IssuerKeys>();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>, JwtSetup>();
            authentication.AddJwtBearer(CallerSchemes.Jwt, _ => { });
        }

        authentication.AddScheme<AuthenticationSchemeOptions, CertificateHandler>(CallerSchemes.Certificate, null);
        authentication.AddPolicyScheme(CallerSchemes.Any, null, policy => policy.ForwardDefaultSelector = context => SchemeOf(context, access));
        services.AddSingleton<AccessGate>();
        services.AddSingleton<CallerQuotas>();
        services.AddSingleton<HostGuard>();
        services.AddHostedService<Rotation>();
        KeepNoKeyRing(services);
    }

    // What comes with authentication makes a key ring at the start and writes it to the home, for cookies and the like: nothing here has any.
    private static void KeepNoKeyRing(IServiceCollection services)
    {
        foreach (var ring in services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly).ToArray())
        {
            services.Remove(ring);
        }
    }

    // A certificate says who calls only where no token is asked for: behind a proxy it is the proxy's.
    private static string SchemeOf(HttpContext context, AccessOptions access) => access switch
    {
        { AsksForTokens: false } => CallerSchemes.Certificate,
        { KeysFile.Length: 0 } => CallerSchemes.Jwt,
        { JwtIssuer.Length: 0 } => CallerSchemes.ApiKey,
        _ => CallerSchemes.TokenOf(context.Request) is { } token && CallerSchemes.IsJwt(token) ? CallerSchemes.Jwt : CallerSchemes.ApiKey,
    };
}
