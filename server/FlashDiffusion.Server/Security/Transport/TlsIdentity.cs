using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FlashDiffusion.Server.Security.Transport;

/// <summary>The server's certificate with its chain, and whose clients it lets in.</summary>
internal sealed class TlsIdentity : IDisposable
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection? _clients;
    private readonly SslStreamCertificateContext _chain;

    /// <param name="certificate">With its private key.</param>
    /// <param name="intermediates">What a client needs between it and its authority.</param>
    /// <param name="clients">Authorities of clients; null asks no client for a certificate.</param>
    public TlsIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2Collection? clients)
    {
        (_certificate, _clients) = (certificate, clients);
        _chain = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>When the certificate begins to hold.</summary>
    public DateTimeOffset Begins => _certificate.NotBefore.ToUniversalTime();

    /// <summary>When it ends; no client connects from then on.</summary>
    public DateTimeOffset Ends => _certificate.NotAfter.ToUniversalTime();

    /// <summary>How a connection that begins now is made.</summary>
    /// <param name="refused">Told why a client is turned away, who only sees that the connection ends.</param>
    public SslServerAuthenticationOptions Options(Action<string> refused)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _chain,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (_clients is not null)
        {
            options.ClientCertificateRequired = true;
            // A session that is resumed would let in a client whose authority is trusted no more.
            options.AllowTlsResume = false;
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };

            // Else a certificate of nobody's authority names an address, and the server asks there before it knows who calls. Clients send their intermediates.
            policy.DisableCertificateDownloads = true;
            policy.CustomTrustStore.AddRange(_clients);
            policy.ApplicationPolicy.Add(ClientAuthentication);
            options.CertificateChainPolicy = policy;
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (errors != SslPolicyErrors.None)
                {
                    refused(ClientRefusal.Describe(certificate, chain));
                }

                return errors == SslPolicyErrors.None;
            };
        }

        return options;
    }

    public void Dispose() => _certificate.Dispose();
}
