using System.Security.Cryptography.X509Certificates;

namespace FlashDiffusion.Testing.Certificates;

/// <summary>A certificate with its key, as files have them.</summary>
/// <param name="Pem">The certificate.</param>
/// <param name="KeyPem">Its private key.</param>
/// <param name="Thumbprint">Tells it from others.</param>
internal sealed record IssuedCertificate(string Pem, string KeyPem, string Thumbprint)
{
    /// <summary>The certificate with its key, for a client of .NET.</summary>
    public X509Certificate2 Load()
    {
        using var certificate = X509Certificate2.CreateFromPem(Pem, KeyPem);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Writes both files, the certificate first as a careless operator would.</summary>
    public void Write(string certificatePath, string keyPath)
    {
        File.WriteAllText(certificatePath, Pem);
        File.WriteAllText(keyPath, KeyPem);
    }
}
