using System.Collections.Immutable;
using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>What an operator should know who opens the ports to others.</summary>
internal static class ExposureWarnings
{
    public static ImmutableArray<string> Of(ServerOptions server, AdminOptions admin, AccessOptions access, TlsOptions tls)
    {
        if (ListenAddress.IsLoopback(server.Listen))
        {
            return [];
        }

        var warnings = ImmutableArray.CreateBuilder<string>();
        if (!AccessGate.IsOn(access, tls))
        {
            warnings.Add($"Nobody is asked who he is: everybody who reaches the ports may use them{(admin.Enabled ? ", the admin service too" : "")}. --keys-file, Access:JwtIssuer or --tls-client-ca ask.");
        }
        else if (tls.Certificate.Length == 0)
        {
            warnings.Add("Keys and tokens travel in cleartext, unless something before the server ends TLS: --tls-certificate and --tls-key.");
        }

        return warnings.ToImmutable();
    }
}
